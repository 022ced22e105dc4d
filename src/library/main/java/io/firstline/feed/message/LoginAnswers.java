package io.firstline.feed.message;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Opening;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.Payload;
import io.firstline.payload.ValueReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Reads the messages of a server until a connection is logged in: JSON, or the binary messages of its profile. One
 * message at a time.
 */
public final class LoginAnswers {
    private final MessageMatch ready;
    private final MessageMatch ok;
    private final MessageMatch refused;
    private final List<Integer> errorText;
    private final ValueReader json;
    /** Null = binary messages say nothing. */
    private final ValueReader binary;

    private Payload message;
    /** Null = the message has no known form. */
    private KeyValues values;

    /** Creates a reader of the messages of a venue with a login. */
    public LoginAnswers(MessageFormat format) {
        Opening opening = format.protocol().opening();
        List<String> pointers = new ArrayList<>();
        ready = new MessageMatch(opening.ready(), pointers);
        ok = new MessageMatch(opening.login().ok(), pointers);
        refused = new MessageMatch(opening.login().refused(), pointers);
        errorText = format.notices().errorText().stream()
                .map(pointer -> ProfileLayout.placed(pointer, pointers))
                .toList();
        json = new KeyReader(pointers);
        binary = BinaryValues.reader(format.content().payload(), pointers, Set.of());
    }

    /** Reads a message; it must not change until the last question about it. */
    public void read(Payload arrived) {
        message = arrived;
        ValueReader reader = arrived.isText() ? json : binary;
        values =
                reader == null ? null : reader.read(arrived.array(), arrived.from(), arrived.from() + arrived.length());
    }

    /** Returns whether the server is ready for the login. */
    public boolean isReady() {
        return ready.isTrue(values, message);
    }

    /** Returns whether the server accepts the login. */
    public boolean isAcceptance() {
        return ok.isTrue(values, message);
    }

    /** Returns whether the server refuses the login. */
    public boolean isRefusal() {
        return refused.isTrue(values, message);
    }

    /** Returns the server's words; the whole message if it is text and has none at the pointers of the profile. */
    public String words() {
        StringJoiner words = new StringJoiner(": ");
        for (int pointer : errorText) {
            String text = values == null ? null : values.text(pointer);
            if (text != null && !text.isEmpty()) {
                words.add(text);
            }
        }
        return words.length() > 0 || !message.isText()
                ? words.toString()
                : message.toBuffer().toString();
    }
}
