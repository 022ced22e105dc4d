package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.firstline.config.secret.SecretEncoding;
import io.firstline.config.secret.SignatureAlgorithm;
import io.firstline.config.secret.SignatureTemplate;
import java.util.ArrayList;
import java.util.List;

/** Reads the parts of a profile with which a client proves who it is. Pure functions. */
final class LoginReader {
    private static final String CLOSE = "close";

    private LoginReader() {}

    /**
     * Reads the login.
     *
     * @param json the object at {@code login}
     * @param ok its signs
     * @param refused the signs in {@link #refusingMessages}
     */
    static Login login(JsonNode json, MessageSigns ok, MessageSigns refused) {
        List<Integer> codes = new ArrayList<>();
        json.path("refused").forEach(item -> item.path(CLOSE).forEach(code -> codes.add(code.asInt())));
        return new Login(
                json.path("send").asText(),
                ok,
                refused,
                codes,
                json.path("waitMs").asInt(Login.DEFAULT_WAIT_MS));
    }

    /** The entries of {@code refused} that are signs of a message; the others are codes of a close frame. */
    static ArrayNode refusingMessages(JsonNode login) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        login.path("refused").forEach(item -> {
            if (!item.has(CLOSE)) {
                messages.add(item);
            }
        });
        return messages;
    }

    /** Reads the object at {@code sign}. */
    static SignatureTemplate signature(JsonNode json) {
        return json.isMissingNode()
                ? SignatureTemplate.NONE
                : new SignatureTemplate(
                        ProfileJson.constant(json.path("algorithm"), SignatureAlgorithm.HMAC_SHA256),
                        json.path("secret").asText(),
                        ProfileJson.constant(json.path("secretEncoding"), SecretEncoding.TEXT),
                        json.path("text").asText(),
                        json.path("header").asText(),
                        json.path("claims").asText(),
                        ProfileJson.constant(json.path("encoding"), SecretEncoding.HEX));
    }
}
