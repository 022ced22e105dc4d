package io.firstline.relay;

import io.firstline.bridge.HostHeader;
import io.firstline.bridge.TokenCheck;
import io.firstline.config.service.RelayConfig;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Decides which clients may connect to the relay. */
final class RelayAccess {
    /** A client names it beside the one with its token, because browsers want one of theirs selected. */
    static final String SUBPROTOCOL = "firstline";

    private static final String TOKEN_PROTOCOL = "token.";
    private static final String TOKEN_PARAMETER = "token=";
    private static final String BEARER = "Bearer ";

    private final RelayConfig config;
    private final TokenCheck token;

    /** The decision about a request. */
    enum Decision {
        GRANTED(200, ""),
        TOKEN_NEEDED(401, "a token is required: a bearer token, the query parameter token, or the subprotocol token.…"),
        TOO_MANY_GUESSES(429, "too many wrong tokens from this address"),
        FOREIGN(403, "pages of this origin may not connect: see \"origins\" of the relay");

        private final int status;
        private final String text;

        Decision(int status, String text) {
            this.status = status;
            this.text = text;
        }

        int status() {
            return status;
        }

        String text() {
            return text;
        }
    }

    /**
     * The facts about a request; null = absent.
     *
     * @param subprotocols the header Sec-WebSocket-Protocol
     * @param address the client's address
     */
    record Facts(String host, String origin, String authorization, String query, String subprotocols, String address) {}

    RelayAccess(RelayConfig config, TokenCheck token) {
        this.config = config;
        this.token = token;
    }

    Decision decide(Facts facts, long nowNanos) {
        if (!isWelcome(facts.origin(), facts.host())) {
            return Decision.FOREIGN;
        }
        if (config.isLocal()) {
            return Decision.GRANTED;
        }
        return switch (token.check(authorization(facts), facts.address(), nowNanos)) {
            case RIGHT -> Decision.GRANTED;
            case TOO_MANY -> Decision.TOO_MANY_GUESSES;
            case NONE, WRONG -> Decision.TOKEN_NEEDED;
        };
    }

    /**
     * Browsers send the origin of the page. Some programs send that of the relay itself. A foreign page may make its
     * name point to this machine, so on a loopback listener the relay's own origin has a loopback name.
     */
    private boolean isWelcome(String origin, String host) {
        if (origin == null || config.origins().contains(origin)) {
            return true;
        }
        return HostHeader.isOwnOrigin(origin, host) && (!config.isLocal() || HostHeader.isLoopback(host));
    }

    private static String authorization(Facts facts) {
        if (facts.authorization() != null) {
            return facts.authorization();
        }
        String found = value(facts.query(), "&", TOKEN_PARAMETER);
        if (found == null) {
            found = value(facts.subprotocols(), ",", TOKEN_PROTOCOL);
        }
        return found == null ? null : BEARER + found;
    }

    /** The first value with a prefix in a list; null = none. */
    private static String value(String list, String separator, String prefix) {
        if (list == null) {
            return null;
        }
        for (String each : list.split(separator, -1)) {
            String item = each.trim();
            if (item.startsWith(prefix)) {
                return decoded(item.substring(prefix.length()));
            }
        }
        return null;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a wrong token
        }
    }
}
