package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.secret.TemplateValues;
import java.util.List;

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
}
