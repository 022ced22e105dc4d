package io.firstline.connection;

import io.firstline.config.secret.TemplateValues;
import io.firstline.payload.Payload;

/** The messages between a venue and a client until the client is logged in. Pure. */
public interface LoginDialogue {
    /** The longest wait for the message after which the login is sent, milliseconds; 0 = it is sent at once. */
    int readyMs();

    /** The longest wait for the answer to the login, milliseconds. */
    int waitMs();

    /** The login. */
    String request(TemplateValues values);

    /** Returns the meaning of a message. */
    Meaning of(Payload message);

    /** Whether a close frame with this code refuses the login. */
    boolean isRefusedBy(int closeCode);

    /** The meaning of a message of the server. */
    enum Sense {
        READY,
        ACCEPTED,
        REFUSED,
        NOTHING
    }

    /**
     * The meaning of a message.
     *
     * @param words the server's words; empty = none
     */
    record Meaning(Sense sense, String words) {
        public static final Meaning NOTHING = new Meaning(Sense.NOTHING, "");
    }
}
