package io.firstline.config.secret;

import java.util.Locale;

/** The signatures that venues want. */
public enum SignatureAlgorithm {
    HMAC_SHA256,
    HMAC_SHA512,
    /** RSA-PSS with SHA-256, whose salt is as long as the hash. */
    RSA_PSS_SHA256,
    ED25519,
    /** A compact JWT with an ECDSA signature on the curve P-256 (RFC 7518, 3.4). */
    JWT_ES256,
    /** A compact JWT with an Ed25519 signature (RFC 8037). */
    JWT_EDDSA;

    /** Whether it signs a header and claims instead of a text. */
    public boolean isJwt() {
        return this == JWT_ES256 || this == JWT_EDDSA;
    }

    /** Whether its key is any text. */
    public boolean isHmac() {
        return this == HMAC_SHA256 || this == HMAC_SHA512;
    }

    /** The name in a profile. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
