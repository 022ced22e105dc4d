package io.firstline.http;

import io.firstline.bridge.TokenCheck;
import io.firstline.config.HttpConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.Locale;

/**
 * Who may do what. Each route says by its {@link Rule} what it lets happen, and the router decides which route that is: nothing here
 * reads a path, which can be written in many ways.
 */
final class Access {
    /** What a route lets happen. */
    enum Rule {
        /** Says nothing that is secret. */
        OPEN,
        READ,
        ACT,
        /** A bridge, which looks for the token itself: browsers cannot send one when they connect. */
        BRIDGE
    }

    /** What a request gets. */
    enum Decision {
        GRANTED,
        /** It brought no token, or a wrong one. */
        TOKEN_NEEDED,
        /** So many wrong ones came from its address that this one was not looked at. */
        TOO_MANY_GUESSES,
        /** The configuration does not let anybody do that. */
        SWITCHED_OFF,
        /** A page of somebody else sent it, or made a name of its own point to this machine. */
        FOREIGN
    }

    /**
     * What is known of a request; null = it has no such header.
     *
     * @param fetchSite Sec-Fetch-Site: where the page is that makes a browser send it
     * @param fetchMode Sec-Fetch-Mode: whether the browser goes there or a script of the page reads it
     * @param isWelcomed whether pages of its origin are welcome
     * @param address where it comes from
     */
    record Facts(
            String host,
            String origin,
            String fetchSite,
            String fetchMode,
            boolean isWelcomed,
            String authorization,
            String address) {}

    private final TokenCheck token;
    private final boolean local;
    private final boolean control;
    private final Collection<String> allowedHosts;

    /**
     * Of one listener.
     *
     * @param token what opens it
     * @param local whether only this machine can connect
     * @param control whether anybody may act
     * @param allowedHosts names beside the loopback ones by which it is addressed
     */
    Access(TokenCheck token, boolean local, boolean control, Collection<String> allowedHosts) {
        this.token = token;
        this.local = local;
        this.control = control;
        this.allowedHosts = allowedHosts;
    }

    /** Whether even reading takes a token. */
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

    /** Whether a request to an open route also gets what is for those who may read. */
    boolean maySeeDetails(Facts facts, long nowNanos) {
        return !isClosed() || token.check(facts.authorization(), facts.address(), nowNanos) == TokenCheck.Result.RIGHT;
    }

    private boolean isForeign(Rule rule, Facts facts) {
        String host = facts.host();
        if (host == null || host.isEmpty()) {
            return rule != Rule.OPEN; // a probe of HTTP/1.0; every browser sends one
        }
        return isOfAnotherPage(rule, facts) || (local && !isOwn(host));
    }

    /** A browser says whose page sends a request: by Sec-Fetch-Site, older ones by Origin where it is not a plain read. */
    private static boolean isOfAnotherPage(Rule rule, Facts facts) {
        if (rule == Rule.BRIDGE && facts.isWelcomed()) {
            return false;
        }
        String origin = facts.origin();
        String host = facts.host();
        if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            return true;
        }
        String site = facts.fetchSite();
        if (site == null || site.equals("same-origin") || site.equals("none")) {
            return false;
        }
        return rule == Rule.ACT
                || !"navigate".equals(facts.fetchMode()); // a link may lead here: no script sees the answer
    }

    /**
     * A page whose own name has come to mean this machine shows that name as the host: no other machine has a business here while the
     * address is loopback.
     */
    private boolean isOwn(String host) {
        try {
            String name = new URI("http://" + host).getHost();
            return name != null
                    && (HttpConfig.isLoopback(name.toLowerCase(Locale.ROOT))
                            || allowedHosts.contains(name.toLowerCase(Locale.ROOT)));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
