package io.firstline.config.secret;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads private keys: PEM with PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) or SEC 1 (RFC 5915) in it; an Ed25519 key also as
 * the Base64 text of its 32 bytes, or of these and the public key, as CDP has it. Pure functions.
 */
final class PemKey {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----\\s*([A-Za-z0-9+/=\\s]+?)\\s*-----END \\1-----");

    private static final int LEAST_RSA_BITS = 1_024;
    private static final int ED25519_BYTES = 32;
    private static final int OBJECT_ID = 0x06;

    private static final String PKCS8 = "PRIVATE KEY";
    private static final String PKCS1 = "RSA PRIVATE KEY";
    private static final String SEC1 = "EC PRIVATE KEY";

    private static final byte[] VERSION_0 = {2, 1, 0};
    /** rsaEncryption, and the NULL after it. */
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
    /** id-ecPublicKey. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    /** secp256r1, also called prime256v1 and P-256. */
    private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");
    /** The order of P-256. */
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    private static final String RSA_ALLOWED = "an RSA private key of at least " + LEAST_RSA_BITS + " bits as PEM";
    private static final String EC_ALLOWED = "a private key on the curve P-256 (prime256v1) as PEM";
    private static final String ED_ALLOWED = "an Ed25519 private key as PEM, or the Base64 text of its 32 bytes";

    private PemKey() {}

    static PrivateKey rsa(String secret) throws BadKeyException {
        Block block = block(secret, RSA_ALLOWED);
        byte[] der = block.is(PKCS1) ? pkcs8(RSA, block.der) : block.der;
        if (!(key("RSA", der, block, RSA_ALLOWED) instanceof RSAPrivateKey key)) {
            throw new BadKeyException(block.found(), RSA_ALLOWED);
        }
        if (key.getModulus().bitLength() < LEAST_RSA_BITS) {
            throw new BadKeyException("an RSA key of " + key.getModulus().bitLength() + " bits", RSA_ALLOWED);
        }
        return key;
    }

    static PrivateKey p256(String secret) throws BadKeyException {
        Block block = block(secret, EC_ALLOWED);
        byte[] der = block.is(SEC1) ? pkcs8(joined(EC, curve(block.der)), block.der) : block.der;
        if (!(key("EC", der, block, EC_ALLOWED) instanceof ECPrivateKey key)) {
            throw new BadKeyException(block.found(), EC_ALLOWED);
        }
        if (!key.getParams().getOrder().equals(P256_ORDER)) {
            throw new BadKeyException("a private key on another curve", EC_ALLOWED);
        }
        return key;
    }

    static PrivateKey ed25519(String secret) throws BadKeyException {
        if (secret.contains("-----BEGIN")) {
            Block block = block(secret, ED_ALLOWED);
            return key("Ed25519", block.der, block, ED_ALLOWED);
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(secret.strip());
            if (bytes.length != ED25519_BYTES && bytes.length != 2 * ED25519_BYTES) {
                throw new BadKeyException("the Base64 text of " + bytes.length + " bytes", ED_ALLOWED);
            }
            return KeyFactory.getInstance("Ed25519")
                    .generatePrivate(
                            new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(bytes, ED25519_BYTES)));
        } catch (IllegalArgumentException e) { // its message may quote the secret
            throw new BadKeyException("a text that is neither PEM nor Base64", ED_ALLOWED);
        } catch (GeneralSecurityException e) {
            throw new BadKeyException("bytes that are no such key", ED_ALLOWED);
        }
    }

    private static final class Block {
        private final String type;
        private final byte[] der;

        Block(String type, byte[] der) {
            this.type = type;
            this.der = der;
        }

        boolean is(String other) {
            return type.equals(other);
        }

        String found() {
            return "PEM with another key (\"" + type + "\")";
        }
    }

    /** Finds the key; a file may hold certificates or parameters too. */
    private static Block block(String secret, String allowed) throws BadKeyException {
        Matcher pem = PEM.matcher(secret.replace("\\n", "\n")); // variables often have one line
        if (!pem.find()) {
            boolean encrypted = secret.contains("ENCRYPTED");
            throw new BadKeyException(
                    encrypted ? "an encrypted private key" : "a text without a private key in PEM",
                    allowed + (encrypted ? " without a password" : ""));
        }
        try {
            return new Block(pem.group(1), Base64.getMimeDecoder().decode(pem.group(2)));
        } catch (IllegalArgumentException e) {
            throw new BadKeyException("PEM that is not Base64", allowed);
        }
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8, Block block, String allowed) throws BadKeyException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new BadKeyException(
                    block.is(PKCS8) ? "PEM with a key of another kind, or a damaged one" : block.found(), allowed);
        }
    }

    /** The curve that a SEC 1 key names; P-256 if it names none. */
    private static byte[] curve(byte[] sec1) {
        for (int i = 0; i + 3 < sec1.length; i++) {
            // [0] EXPLICIT around an object identifier
            if ((sec1[i] & 0xFF) == 0xA0
                    && sec1[i + 2] == OBJECT_ID
                    && sec1[i + 3] > 0
                    && sec1[i + 1] == sec1[i + 3] + 2) {
                return Arrays.copyOfRange(sec1, i + 2, Math.min(sec1.length, i + 2 + sec1[i + 1]));
            }
        }
        return P256;
    }

    /** Wraps a key in the form that the JDK reads. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(0x30, joined(VERSION_0, der(0x30, algorithm), der(0x04, key)));
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : length < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return joined(head, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
