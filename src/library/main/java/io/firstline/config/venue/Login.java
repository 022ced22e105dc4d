package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.secret.TemplateValues;
import java.util.List;
import java.util.StringJoiner;

/**
 * A message that proves who the client is, and the answers to it. Immutable; checked in the constructor.
 *
 * @param send a template of the message, sent after {@code ready}; empty = the venue wants none
 * @param ok how to recognise the answer that accepts it
 * @param refused how to recognise an answer that refuses it
 * @param refusedCodes codes of a close frame that refuses it
 * @param waitMs the longest wait for an answer, milliseconds; default 10,000
 */
public record Login(String send, MessageSigns ok, MessageSigns refused, List<Integer> refusedCodes, int waitMs) {
    public static final int DEFAULT_WAIT_MS = 10_000;
    public static final Login NONE = new Login("", MessageSigns.NONE, MessageSigns.NONE, List.of(), DEFAULT_WAIT_MS);

    private static final int FIRST_CODE = 1_000;
    private static final int LAST_CODE = 4_999;

    public Login {
        refusedCodes = List.copyOf(refusedCodes);
        Checks checks = new Checks();
        if (!send.isEmpty()) {
            TemplateValues.check(checks, "send", send, true);
            Pointers.check(checks, "ok", ok.pointers());
            Pointers.check(checks, "refused", refused.pointers());
            checks.require(
                            !send.startsWith("{") || JsonText.isJson(TemplateValues.sample(send)),
                            "send",
                            "a template that is not JSON once it is filled",
                            "JSON, because it begins like JSON")
                    .require(!ok.isNone(), "ok", "nothing", "signs of the message that accepts the login")
                    .range("waitMs", waitMs, 100, 60_000);
        }
        refusedCodes.forEach(code -> checks.range("refused", code, FIRST_CODE, LAST_CODE));
        checks.throwIfAny("login");
    }

    public boolean isNone() {
        return send.isEmpty();
    }

    /** Whether the server accepts the login with this message. */
    public boolean isAccepted(String text, JsonNode json) {
        return ok.has(text, json);
    }

    /** Whether the server refuses the login with this message. */
    public boolean isRefused(String text, JsonNode json) {
        return refused.has(text, json);
    }

    /** The server's words in a message; the whole message if it has none at these pointers. */
    public static String words(List<String> pointers, String text, JsonNode json) {
        StringJoiner words = new StringJoiner(": ");
        for (String pointer : pointers) {
            JsonNode found = json.at(pointer);
            if (found.isValueNode() && !found.isNull() && !found.asText().isEmpty()) {
                words.add(found.asText());
            }
        }
        return words.length() == 0 ? text : words.toString();
    }
}
