package io.firstline.feed.message;

import io.firstline.payload.KeyValues;
import io.firstline.payload.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** Reads from a message whether it replies to a request, and the server's words. */
final class ReplyReader {
    private final ProfileLayout layout;

    ReplyReader(ProfileLayout layout) {
        this.layout = layout;
    }

    /**
     * Passes on what may be a reply; returns whether it is one to a request of its connection.
     *
     * @param ids those of the connection; null = the profile has none
     */
    boolean isReply(
            Payload payload,
            KeyValues read,
            boolean isControl,
            boolean isError,
            LearnedIds ids,
            MessageReader.Replies replies) {
        long id = replyTo(read);
        if (id == 0 && !(isControl && layout.namesRepliesByStream())) {
            return false;
        }
        String refusal = refusal(read);
        if (refusal == null && isError && id == 0) {
            refusal = words(read);
        }
        return replies.replied(layout.reply(id, refusal, wordsOfAck(read, ids), payload));
    }

    /** Returns the words of the stream that a reply is about; empty = it names none. */
    private List<String> wordsOfAck(KeyValues read, LearnedIds ids) {
        List<String> words = new ArrayList<>();
        for (int pointer : layout.ackStream) {
            if (read.isPresent(pointer) && read.length(pointer) <= StreamTable.MAX_NAME) {
                words.add(read.text(pointer));
            }
        }
        for (int pointer : layout.ackIds) {
            LearnedIds.Id id = ids == null ? null : ids.get(read.hash(pointer));
            if (id != null) {
                words.addAll(List.of(id.stream().split(Pattern.quote(layout.separator()))));
            }
        }
        return words;
    }

    /** Returns the id of the request that the message replies to; 0 = it is no reply. */
    long replyTo(KeyValues read) {
        return layout.ackPointer >= 0 && read.isLong(layout.ackPointer) ? read.asLong(layout.ackPointer) : 0;
    }

    /** Returns the error in a reply, in the server's words if it has any; null = the request was accepted. */
    private String refusal(KeyValues read) {
        for (FieldMatch sign : layout.refusal) {
            if (sign.isTrue(read)) {
                String words = words(read);
                if (!words.isEmpty()) {
                    return words;
                }
                return read.isPresent(sign.pointer()) ? read.text(sign.pointer()) : "rejected"; // an object
            }
        }
        return null;
    }

    /** Returns the server's text of an error or a refusal; empty = none. Not bounded. */
    String words(KeyValues read) {
        StringJoiner words = new StringJoiner(": ");
        for (int pointer : layout.errorText) {
            if (read.isPresent(pointer) && !read.text(pointer).isEmpty()) {
                words.add(read.text(pointer));
            }
        }
        return words.toString();
    }
}
