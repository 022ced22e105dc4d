package io.firstline.http;

import io.firstline.config.HttpConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Who may do what. Decides from a request's headers alone. */
final class Access {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

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
    private final byte[] tokenHash;

    Access(HttpConfig config) {
        this.config = config;
        this.tokenHash = config.tokenSha256() == null ? null : HexFormat.of().parseHex(config.tokenSha256());
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
        return isClosed() && !holdsToken(authorization) ? Decision.TOKEN_NEEDED : Decision.GRANTED;
    }

    /** Decides on a request that acts. */
    Decision act(String host, String origin, String authorization) {
        if (isForeign(host, origin)) {
            return Decision.FOREIGN;
        }
        if (!config.control()) {
            return Decision.SWITCHED_OFF;
        }
        return holdsToken(authorization) ? Decision.GRANTED : Decision.TOKEN_NEEDED;
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

    private boolean holdsToken(String authorization) {
        String token = token(authorization);
        return tokenHash != null && token != null && MessageDigest.isEqual(tokenHash, sha256(token));
    }

    /** What a request brings as a bearer token, or as the password of whatever user; null = nothing. */
    private static String token(String authorization) {
        if (authorization == null) {
            return null;
        }
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return authorization.substring(BEARER.length()).trim();
        }
        if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return null;
        }
        try {
            byte[] login = Base64.getDecoder()
                    .decode(authorization.substring(BASIC.length()).trim());
            String[] userAndPassword = new String(login, StandardCharsets.UTF_8).split(":", 2);
            return userAndPassword.length == 2 ? userAndPassword[1] : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
