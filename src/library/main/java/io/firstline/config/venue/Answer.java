package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A message that the server expects after one that it sent. Immutable; checked in the constructor.
 *
 * @param when how to recognise the server's message
 * @param send the answer; <code>${/pointer}</code> becomes the text of that value in the message of the server;
 *     {@code ${id}}, {@code ${time}} and {@code ${timeMs}} are as in requests
 */
public record Answer(MessageSigns when, String send) {
    public Answer {
        Checks checks = new Checks()
                .require(!when.isNone(), "when", "nothing", "signs or texts of the server's message")
                .require(!send.isEmpty(), "send", "nothing", "a text message");
        TemplateText.checkAnswer(checks, "send", send);
        checks.throwIfAny("answer");
    }

    /** The places of the values that it repeats. */
    public List<String> pointers() {
        return TemplateText.pointers(send);
    }

    /** The answer with these values, which are JSON texts. */
    public String text(UnaryOperator<String> valueAt, long id, long epochMs) {
        return TemplateText.answer(send, valueAt, id, epochMs);
    }
}
