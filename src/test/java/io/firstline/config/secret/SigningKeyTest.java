package io.firstline.config.secret;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.TestKeys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures against published vectors, and against the JDK's own verification. */
class SigningKeyTest {
    private static final HexFormat HEX = HexFormat.of();

    /** RFC 4231, test cases 1 to 4. */
    @ParameterizedTest
    @CsvSource({
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265,"
                + " b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7,"
                + " 87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f,"
                + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843,"
                + " 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
                + " dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd,"
                + " 773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe,"
                + " fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
                + "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        "0102030405060708090a0b0c0d0e0f10111213141516171819,"
                + " cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd,"
                + " 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b,"
                + " b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
                + "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"
    })
    void shouldSignWithHmac(String key, String message, String sha256, String sha512) throws BadKeyException {
        byte[] bytes = HEX.parseHex(message);

        assertThat(HEX.formatHex(SigningKey.of(SignatureAlgorithm.HMAC_SHA256, key, SecretEncoding.HEX)
                        .sign(bytes)))
                .isEqualTo(sha256);
        String base64 = Base64.getEncoder().encodeToString(HEX.parseHex(key));
        assertThat(HEX.formatHex(SigningKey.of(SignatureAlgorithm.HMAC_SHA512, base64, SecretEncoding.BASE64)
                        .sign(bytes)))
                .isEqualTo(sha512);
    }

    /** RFC 8032, 7.1, tests 1 to 3. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60, '',"
                + " e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb, 72,"
                + " 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7, af82,"
                + " 6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void shouldSignWithEd25519(String key, String message, String signature) throws BadKeyException {
        String base64 = Base64.getEncoder().encodeToString(HEX.parseHex(key));

        assertThat(HEX.formatHex(SigningKey.of(SignatureAlgorithm.ED25519, base64, SecretEncoding.TEXT)
                        .sign(HEX.parseHex(message))))
                .isEqualTo(signature);
    }

    /** RFC 8037, A.4; the same key as PEM, as 32 bytes, and as 64 bytes with the public key. */
    @Test
    void shouldMakeAJwtWithEd25519() throws BadKeyException {
        byte[] seed = Base64.getUrlDecoder().decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        byte[] open = Base64.getUrlDecoder().decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        String jws = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        String pkcs8 = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(joined(HEX.parseHex("302e020100300506032b657004220420"), seed))
                + "\n-----END PRIVATE KEY-----";
        for (String secret : new String[] {
            pkcs8, Base64.getEncoder().encodeToString(seed), Base64.getEncoder().encodeToString(joined(seed, open))
        }) {
            assertThat(SigningKey.of(SignatureAlgorithm.JWT_EDDSA, secret, SecretEncoding.TEXT)
                            .jwt("{\"alg\":\"EdDSA\"}", "Example of Ed25519 signing"))
                    .isEqualTo("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." + jws);
        }
    }

    /** The key and the text of RFC 7515, A.3: an ECDSA signature differs each time, so it is verified. */
    @Test
    void shouldMakeAJwtWithP256() throws BadKeyException, GeneralSecurityException {
        byte[] d = Base64.getUrlDecoder().decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
        byte[] x = Base64.getUrlDecoder().decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        byte[] y = Base64.getUrlDecoder().decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        String header = "{\"alg\":\"ES256\"}";
        String claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        String signed =
                "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        String published = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        // SEC 1, with and without the name of the curve
        byte[] key = joined(HEX.parseHex("0201010420"), d);
        for (byte[] content : new byte[][] {key, joined(key, HEX.parseHex("a00a06082a8648ce3d030107"))}) {
            byte[] der = joined(new byte[] {0x30, (byte) content.length}, content);
            String pem = "-----BEGIN EC PRIVATE KEY-----\\n"
                    + Base64.getEncoder().encodeToString(der) + "\\n-----END EC PRIVATE KEY-----\\n";

            String jwt = SigningKey.of(SignatureAlgorithm.JWT_ES256, pem, SecretEncoding.TEXT)
                    .jwt(header, claims);

            assertThat(jwt).startsWith(signed + ".");
            assertThat(isRight(p256(x, y), signed, jwt.substring(signed.length() + 1)))
                    .isTrue();
            assertThat(isRight(p256(x, y), signed, published)).isTrue();
            assertThat(isRight(p256(x, y), signed + "x", published)).isFalse();
        }
    }

    private static boolean isRight(PublicKey key, String text, String signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(key);
        verifier.update(text.getBytes(StandardCharsets.US_ASCII));
        return verifier.verify(Base64.getUrlDecoder().decode(signature));
    }

    private static PublicKey p256(byte[] x, byte[] y) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(
                        new ECPoint(new BigInteger(1, x), new BigInteger(1, y)),
                        curve.getParameterSpec(ECParameterSpec.class)));
    }

    @Test
    void shouldSignWithRsaPss() throws BadKeyException, GeneralSecurityException {
        KeyPair pair = TestKeys.rsa(2_048);
        for (String pem : new String[] {TestKeys.pkcs8(pair.getPrivate()), TestKeys.pkcs1(pair.getPrivate())}) {
            byte[] signature = SigningKey.of(SignatureAlgorithm.RSA_PSS_SHA256, pem, SecretEncoding.TEXT)
                    .sign("1703123456789GET/trade-api/ws/v2".getBytes(StandardCharsets.UTF_8));

            Signature verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            verifier.initVerify(pair.getPublic());
            verifier.update("1703123456789GET/trade-api/ws/v2".getBytes(StandardCharsets.UTF_8));
            assertThat(verifier.verify(signature)).isTrue();
        }
    }

    @Test
    void shouldSayWhatAWrongKeyHolds() throws GeneralSecurityException {
        String rsa = TestKeys.pkcs8(TestKeys.rsa(2_048).getPrivate());
        String otherCurve = TestKeys.pkcs8(TestKeys.ec("secp384r1").getPrivate());

        assertThat(wrong(SignatureAlgorithm.JWT_ES256, otherCurve)).contains("on another curve");
        assertThat(wrong(SignatureAlgorithm.JWT_ES256, rsa)).contains("PEM with a key of another kind");
        assertThat(wrong(SignatureAlgorithm.RSA_PSS_SHA256, otherCurve)).contains("PEM with a key of another kind");
        assertThat(wrong(
                        SignatureAlgorithm.RSA_PSS_SHA256,
                        TestKeys.pkcs8(TestKeys.rsa(512).getPrivate())))
                .contains("an RSA key of 512 bits");
        assertThat(wrong(SignatureAlgorithm.ED25519, rsa)).contains("PEM with a key of another kind");
        assertThat(wrong(SignatureAlgorithm.ED25519, "c2VjcmV0")).contains("the Base64 text of 6 bytes");
        assertThat(wrong(SignatureAlgorithm.JWT_EDDSA, "my secret!")).contains("neither PEM nor Base64");
        assertThat(wrong(SignatureAlgorithm.RSA_PSS_SHA256, "my secret!")).contains("without a private key in PEM");
        assertThat(wrong(SignatureAlgorithm.RSA_PSS_SHA256, "-----BEGIN ENCRYPTED PRIVATE KEY-----"))
                .contains("an encrypted private key");
        assertThat(wrong(
                        SignatureAlgorithm.JWT_ES256,
                        "-----BEGIN EC PRIVATE KEY-----\nbXkgc2VjcmV0\n-----END EC PRIVATE KEY-----"))
                .contains("PEM with another key (\"EC PRIVATE KEY\")");
        // cut off, and damaged, where the curve is
        assertThat(wrong(
                        SignatureAlgorithm.JWT_ES256,
                        "-----BEGIN EC PRIVATE KEY-----\nMKAFBg==\n-----END EC PRIVATE KEY-----"))
                .contains("PEM with another key (\"EC PRIVATE KEY\")");
        assertThat(wrong(
                        SignatureAlgorithm.JWT_ES256,
                        "-----BEGIN EC PRIVATE KEY-----\noPsG+Q==\n-----END EC PRIVATE KEY-----"))
                .contains("PEM with another key (\"EC PRIVATE KEY\")");
        assertThat(wrong(SignatureAlgorithm.HMAC_SHA256, "my secret!", SecretEncoding.BASE64))
                .contains("another text, allowed bytes as BASE64");
        assertThat(wrong(SignatureAlgorithm.HMAC_SHA256, "", SecretEncoding.TEXT))
                .contains("nothing");
    }

    private static String wrong(SignatureAlgorithm algorithm, String secret) {
        return wrong(algorithm, secret, SecretEncoding.TEXT);
    }

    private static String wrong(SignatureAlgorithm algorithm, String secret, SecretEncoding encoding) {
        try {
            return "accepted: " + SigningKey.of(algorithm, secret, encoding);
        } catch (BadKeyException e) {
            String told = e.found() + ", allowed " + e.allowed();
            assertThat(told).doesNotContain("my secret", "bXkg", "c2Vj").isNotBlank();
            return told;
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return HEX.parseHex(HEX.formatHex(first) + HEX.formatHex(second));
    }
}
