package io.firstline.http;

import io.firstline.config.BearerToken;
import io.firstline.config.HttpConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Who may do what. Decides from a request's headers alone. */
final class Access {
    /** What a request gets. */
    enum Decision {
        GRANTED,
        /** It brought no token, or a wrong one. */
        TOKEN_NEEDED,
        /** The configuration does not let anybody do that. */
        SWITCHED_OFF,
        /** A page of somebody else sent it, or made a name of its own point to this machine. */
        FOREIGN
    }

    private final HttpConfig config;
    private final BearerToken token;

    Access(HttpConfig config) {
        this.config = config;
        this.token = new BearerToken(config.tokenSha256());
    }

    /** Whether even reading takes a token. */
    boolean isClosed() {
        return !config.isLocal();
    }

    /**
     * Decides on a request that reads.
     *
     * @param host the header Host
     * @param origin the header Origin, null if there is none
     * @param authorization the header Authorization, null if there is none
     */
    Decision read(String host, String origin, String authorization) {
        if (isForeign(host, origin)) {
            return Decision.FOREIGN;
        }
        return isClosed() && !token.isIn(authorization) ? Decision.TOKEN_NEEDED : Decision.GRANTED;
    }

    /** Decides on a request to a bridge, which looks for the token itself: browsers cannot send one when they connect. */
    Decision reach(String host, String origin) {
        return isForeign(host, origin) ? Decision.FOREIGN : Decision.GRANTED;
    }

    /** Decides on a request that acts. */
    Decision act(String host, String origin, String authorization) {
        if (isForeign(host, origin)) {
            return Decision.FOREIGN;
        }
        if (!config.control()) {
            return Decision.SWITCHED_OFF;
        }
        return token.isIn(authorization) ? Decision.GRANTED : Decision.TOKEN_NEEDED;
    }

    /**
     * A browser shows a page's origin when it reads from another one. A page whose own name has come to mean this machine shows that
     * name as the host: no other machine has a business here while the address is loopback.
     */
    private boolean isForeign(String host, String origin) {
        if (host == null || host.isEmpty()) {
            return true;
        }
        if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            return true;
        }
        return config.isLocal() && !isOwn(host);
    }

    private static boolean isOwn(String host) {
        try {
            String name = new URI("http://" + host).getHost();
            return name != null && HttpConfig.isLoopback(name.toLowerCase(Locale.ROOT));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
