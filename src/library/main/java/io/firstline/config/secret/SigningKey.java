package io.firstline.config.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret, read as the key of an algorithm. Immutable; its text shows nothing. */
public final class SigningKey {
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

    private final SignatureAlgorithm algorithm;
    private final SecretKeySpec hmac;
    private final PrivateKey key;

    private SigningKey(SignatureAlgorithm algorithm, SecretKeySpec hmac, PrivateKey key) {
        this.algorithm = algorithm;
        this.hmac = hmac;
        this.key = key;
    }

    /**
     * Reads a key.
     *
     * @param encoding what the secret is, for HMAC
     * @throws BadKeyException if the secret is no such key
     */
    public static SigningKey of(SignatureAlgorithm algorithm, String secret, SecretEncoding encoding)
            throws BadKeyException {
        return switch (algorithm) {
            case HMAC_SHA256 -> new SigningKey(algorithm, hmac("HmacSHA256", secret, encoding), null);
            case HMAC_SHA512 -> new SigningKey(algorithm, hmac("HmacSHA512", secret, encoding), null);
            case RSA_PSS_SHA256 -> new SigningKey(algorithm, null, PemKey.rsa(secret));
            case ED25519, JWT_EDDSA -> new SigningKey(algorithm, null, PemKey.ed25519(secret));
            case JWT_ES256 -> new SigningKey(algorithm, null, PemKey.p256(secret));
        };
    }

    private static SecretKeySpec hmac(String name, String secret, SecretEncoding encoding) throws BadKeyException {
        String allowed =
                encoding == SecretEncoding.TEXT ? "a text" : "bytes as " + encoding.name() + ", as the profile says";
        try {
            byte[] bytes = encoding.bytes(secret);
            if (bytes.length == 0) {
                throw new BadKeyException("nothing", allowed);
            }
            return new SecretKeySpec(bytes, name);
        } catch (IllegalArgumentException e) { // its message may quote the secret
            throw new BadKeyException("another text", allowed);
        }
    }

    /** Signs bytes. */
    public byte[] sign(byte[] message) {
        try {
            if (hmac != null) {
                Mac mac = Mac.getInstance(hmac.getAlgorithm());
                mac.init(hmac);
                return mac.doFinal(message);
            }
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case RSA_PSS_SHA256 -> "RSASSA-PSS";
                        case JWT_ES256 -> "SHA256withECDSAinP1363Format";
                        default -> "Ed25519";
                    });
            if (algorithm == SignatureAlgorithm.RSA_PSS_SHA256) {
                signature.setParameter(PSS);
            }
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with " + algorithm.label(), e);
        }
    }

    /**
     * Makes a compact JWT (RFC 7515, 7.1).
     *
     * @param header a JSON text
     * @param claims a JSON text
     */
    public String jwt(String header, String claims) {
        String signed = base64Url(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64Url(claims.getBytes(StandardCharsets.UTF_8));
        return signed + "." + base64Url(sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return algorithm.label();
    }
}
