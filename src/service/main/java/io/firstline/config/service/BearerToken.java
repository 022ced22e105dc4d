package io.firstline.config.service;

import io.firstline.config.check.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;

/** A token of which only the hash is kept. Immutable. */
public final class BearerToken {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final byte[] hash;

    /**
     * Makes a token from its SHA-256.
     *
     * @param sha256 hexadecimal; null = no token matches
     */
    public BearerToken(String sha256) {
        this.hash = sha256 == null ? null : HexFormat.of().parseHex(sha256);
    }

    /**
     * Whether a request contains the token.
     *
     * @param authorization the HTTP header of that name: {@code Bearer …}, or {@code Basic …} with any user and the
     *     token as password; null = none
     */
    public boolean isIn(String authorization) {
        String token = token(authorization);
        return hash != null && token != null && MessageDigest.isEqual(hash, Sha256.of(token));
    }

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
}
