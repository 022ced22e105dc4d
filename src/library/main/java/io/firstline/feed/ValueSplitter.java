package io.firstline.feed;

import io.firstline.feed.message.OutgoingCopy;
import io.firstline.payload.ConcatenatedJson;
import io.firstline.payload.Payload;
import java.util.List;

/** Finds text frames that hold several JSON values. Runs on the feed's context. */
final class ValueSplitter {
    private final boolean expectsJson;
    private final FeedEventLog eventLog;
    private final ConcatenatedJson jsonValues = new ConcatenatedJson();
    /** One of several values of a frame; reused. */
    private final Payload part = new Payload();

    /**
     * Creates the splitter of a feed.
     *
     * @param expectsJson whether the feed reads its messages; otherwise frames are published unsplit
     */
    ValueSplitter(boolean expectsJson, FeedEventLog eventLog) {
        this.expectsJson = expectsJson;
        this.eventLog = eventLog;
    }

    /** Returns where the values of a frame are; empty = it is one message. */
    List<ConcatenatedJson.Range> valuesOf(Payload payload) {
        return expectsJson && payload.isText() ? valuesIn(payload) : List.of();
    }

    private List<ConcatenatedJson.Range> valuesIn(Payload payload) {
        return jsonValues.in(payload.array(), payload.from(), payload.from() + payload.length());
    }

    /** Returns one of the values of a frame; valid until the next one. */
    Payload part(byte[] bytes, ConcatenatedJson.Range value) {
        return part.over(bytes, value.from(), value.length(), true);
    }

    /** Reports several values in a published message of a feed that does not read its messages. */
    void look(OutgoingCopy copy) {
        if (!expectsJson
                && copy.text()
                && !eventLog.isKnown(ProfileProblem.SEVERAL_VALUES, "")
                && !valuesIn(part.over(copy.payload(), true)).isEmpty()) {
            eventLog.severalValues(copy.by(), false);
        }
    }
}
