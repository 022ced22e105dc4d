package io.firstline.http;

import io.firstline.bridge.HostHeader;
import io.firstline.bridge.TokenCheck;
import io.firstline.config.service.HttpConfig;
import java.util.Collection;

/**
 * Decides about requests. Each route has a {@link Rule}, and the router decides which route matches. Nothing here reads
 * a path, because a path can be written in many ways.
 */
final class Access {
    /** The kind of a route. */
    enum Rule {
        /** Reveals nothing secret. */
        OPEN,
        READ,
        ACT,
        /** A bridge, which checks the token itself: browsers cannot send one when they connect. */
        BRIDGE
    }

    /** The decision about a request. */
    enum Decision {
        GRANTED,
        /** The request has no token or a wrong one. */
        TOKEN_NEEDED,
        /** The token was not checked, after too many wrong ones from this address. */
        TOO_MANY_GUESSES,
        /** The configuration allows this to nobody. */
        SWITCHED_OFF,
        /** A foreign page sent the request, or its host name is foreign and points to this machine. */
        FOREIGN
    }

    /**
     * The facts about a request; null = the header is absent.
     *
     * @param fetchSite Sec-Fetch-Site: the origin of the page that made the browser send it
     * @param fetchMode Sec-Fetch-Mode: whether the browser navigates or a script reads the answer
     * @param isAllowedOrigin whether the configuration allows pages of its origin
     * @param address the client's address
     */
    record Facts(
            String host,
            String origin,
            String fetchSite,
            String fetchMode,
            boolean isAllowedOrigin,
            String authorization,
            String address) {}

    private final TokenCheck token;
    private final boolean local;
    private final boolean control;
    private final Collection<String> allowedHosts;

    /**
     * The rules of one listener.
     *
     * @param token checks tokens
     * @param local whether only this machine can connect
     * @param control whether commands are allowed at all
     * @param allowedHosts host names of this listener besides the loopback names
     */
    Access(TokenCheck token, boolean local, boolean control, Collection<String> allowedHosts) {
        this.token = token;
        this.local = local;
        this.control = control;
        this.allowedHosts = allowedHosts;
    }

    /** Whether reading needs the token too. */
    boolean isClosed() {
        return !local;
    }

    /** Decides on a request. */
    Decision decide(Rule rule, Facts facts, long nowNanos) {
        if (isForeign(rule, facts)) {
            return Decision.FOREIGN;
        }
        if (rule == Rule.ACT && !control) {
            return Decision.SWITCHED_OFF;
        }
        boolean free = rule == Rule.OPEN || rule == Rule.BRIDGE || (rule == Rule.READ && !isClosed());
        return free ? Decision.GRANTED : decision(token.check(facts.authorization(), facts.address(), nowNanos));
    }

    private static Decision decision(TokenCheck.Result result) {
        return switch (result) {
            case RIGHT -> Decision.GRANTED;
            case TOO_MANY -> Decision.TOO_MANY_GUESSES;
            case NONE, WRONG -> Decision.TOKEN_NEEDED;
        };
    }

    /** Whether a request to an open route also gets the details for clients that may read. */
    boolean maySeeDetails(Facts facts, long nowNanos) {
        return !isClosed() || token.check(facts.authorization(), facts.address(), nowNanos) == TokenCheck.Result.RIGHT;
    }

    private boolean isForeign(Rule rule, Facts facts) {
        String host = facts.host();
        if (host == null || host.isEmpty()) {
            return rule != Rule.OPEN; // an HTTP/1.0 probe; every browser sends the header
        }
        return isOfAnotherPage(rule, facts) || (local && !isOwn(host));
    }

    /**
     * Whether a foreign page sent the request. Browsers report this in Sec-Fetch-Site; older ones in Origin, except for
     * plain reads.
     */
    private static boolean isOfAnotherPage(Rule rule, Facts facts) {
        if (rule == Rule.BRIDGE && facts.isAllowedOrigin()) {
            return false;
        }
        String origin = facts.origin();
        String host = facts.host();
        if (origin != null && !HostHeader.isOwnOrigin(origin, host)) {
            return true;
        }
        String site = facts.fetchSite();
        if (site == null || site.equals("same-origin") || site.equals("none")) {
            return false;
        }
        return rule == Rule.ACT
                || !"navigate".equals(facts.fetchMode()); // a link may lead here, because no script sees the answer
    }

    /**
     * If a foreign name resolves to this machine, the Host header contains that name. A loopback listener therefore
     * accepts only its own names.
     */
    private boolean isOwn(String host) {
        String name = HostHeader.name(host);
        return name != null && (HttpConfig.isLoopback(name) || allowedHosts.contains(name));
    }
}
