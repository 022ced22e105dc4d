package io.firstline.feed.message;

import io.firstline.config.venue.Answer;
import io.firstline.payload.KeyValues;
import java.util.List;

/** A message of the server that it expects to be answered. Valid only until the next message is read. */
public final class Question {
    /** The longest value that is repeated to the server, bytes. */
    static final int MAX_VALUE = 256;

    private final Answer answer;
    private final List<String> pointers;
    private final KeyValues read;

    /**
     * Creates a question.
     *
     * @param pointers all pointers that are read
     * @param read the values of the message; null = it is no JSON
     */
    Question(Answer answer, List<String> pointers, KeyValues read) {
        this.answer = answer;
        this.pointers = pointers;
        this.read = read;
    }

    /** Returns why it cannot be answered, in words; empty = it can. */
    public String obstacle() {
        for (String pointer : answer.pointers()) {
            int place = pointers.indexOf(pointer);
            if (read == null || !read.isPresent(place)) {
                return "a message to answer has no value at " + pointer;
            }
            if (read.length(place) > MAX_VALUE) {
                return "a message to answer has " + read.length(place) + " bytes at " + pointer + ", the limit is "
                        + MAX_VALUE;
            }
        }
        return "";
    }

    /** Returns the answer; only if there is no obstacle. */
    public String answer(long id, long epochMs) {
        return answer.text(pointer -> read.json(pointers.indexOf(pointer)), id, epochMs);
    }
}
