package io.firstline.feed;

import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.report.FeedFact;
import io.firstline.payload.ConcatenatedJson;
import io.firstline.payload.Payload;
import java.util.List;

/** Finds text frames that hold several JSON values. Runs on the feed's context. */
final class ValueSplitter {
    private final boolean expectsJson;
    private final FeedCondition condition;
    private final ConcatenatedJson jsonValues = new ConcatenatedJson();
    /** One of several values of a frame; reused. */
    private final Payload part = new Payload();

    /**
     * Creates the splitter of a feed.
     *
     * @param expectsJson whether the feed reads its messages; otherwise frames are published unsplit
     */
    ValueSplitter(boolean expectsJson, FeedCondition condition) {
        this.expectsJson = expectsJson;
        this.condition = condition;
    }

    /** Returns where the values of a frame are, and reports them; empty = it is one message. */
    List<ConcatenatedJson.Range> valuesOf(Payload payload, String connectionId) {
        List<ConcatenatedJson.Range> values = expectsJson && payload.isText() ? valuesIn(payload) : List.of();
        if (!values.isEmpty()) {
            report(connectionId, "each becomes one message");
        }
        return values;
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
                && !condition.isKnown(ProfileProblem.SEVERAL_VALUES, "")
                && !valuesIn(part.over(copy.bytes(), 0, copy.bytes().length, true))
                        .isEmpty()) {
            report(
                    copy.by(),
                    "frames are published unsplit, and a value may be published twice, alone and in a frame with"
                            + " others: set \"venue\" to a profile with \"messages\", which splits them");
        }
    }

    private void report(String connectionId, String effect) {
        if (!condition.isKnown(ProfileProblem.SEVERAL_VALUES, "")) {
            String what = "text frames hold several JSON values; " + effect;
            condition.trouble(
                    ProfileProblem.SEVERAL_VALUES,
                    "",
                    what,
                    new FeedFact.SeveralValues(connectionId, expectsJson, what));
        }
    }
}
