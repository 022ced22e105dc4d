package io.firstline.config.secret;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import io.firstline.testkit.TestKeys;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The signed texts, with the examples of venues' own documents. */
class SignatureTemplateTest {
    /** A reference to a secret in an environment of this test. */
    private static Map<String, SecretReference> secrets(String... namesAndValues) throws Exception {
        Map<String, SecretReference> references = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            references.put(namesAndValues[i], SecretReference.of("${ANY}", null, name -> value));
        }
        return references;
    }

    private static SignatureTemplate hmac(String text, SecretEncoding encoding) {
        return new SignatureTemplate(
                SignatureAlgorithm.HMAC_SHA256, "secret", SecretEncoding.TEXT, text, "", "", encoding);
    }

    /** docs.deribit.com, "Authentication": its nonce is in the text here, because a real one is new each time. */
    @Test
    void shouldSignAsDeribitSays() throws Exception {
        Signer signer =
                Signer.read(secrets("secret", "AMANDASECRECT"), hmac("${timeMs}\n1iqt2wls\n", SecretEncoding.HEX));

        assertThat(signer.at(1_576_074_319_000L, "", null).plain("${timeMs} ${sign}"))
                .isEqualTo("1576074319000 56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1");
    }

    /** The vector of Chainlink's own client: GET of /api/v1/feeds at "1718885772". */
    @Test
    void shouldSignAsChainlinkSays() throws Exception {
        String text =
                "GET ${path} e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ${secret.key} ${timeMs}";
        Signer signer = Signer.read(secrets("key", "clientId", "secret", "userSecret"), hmac(text, SecretEncoding.HEX));

        assertThat(signer.at(1_718_885_772L, "/api/v1/feeds", null).plain("${sign}"))
                .isEqualTo("e9b2aa1deb13b2abd078353a5e335b2f50307159ad28b433157d2c74dbab2072");
    }

    /** OKX documents time, method and path; its printed signature belongs to another secret. */
    @Test
    void shouldSignAsOkxSays() throws Exception {
        Signer signer = Signer.read(
                secrets("secret", "22582BD0CFF14C41EDBF1AB98506286D"),
                hmac("${time}GET/users/self/verify", SecretEncoding.BASE64));

        assertThat(signer.at(1_538_054_050_999L, "", null).plain("${sign}"))
                .isEqualTo("+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M=");
    }

    /** The JWT of Coinbase's CDP for WebSockets: kid and nonce in the header, two minutes. */
    @Test
    void shouldMakeAJwtAsCoinbaseSays() throws Exception {
        KeyPair pair = TestKeys.ec("secp256r1");
        SignatureTemplate template = new SignatureTemplate(
                SignatureAlgorithm.JWT_ES256,
                "secret",
                null,
                "",
                "{\"kid\":\"${secret.key}\",\"nonce\":\"${nonce}\"}",
                "{\"iss\":\"cdp\",\"nbf\":${time},\"exp\":${time+120},\"sub\":\"${secret.key}\"}",
                null);
        Signer signer = Signer.read(
                secrets("key", "organizations/1/apiKeys/\"2\"", "secret", TestKeys.pkcs8(pair.getPrivate())), template);
        TemplateValues now = signer.at(1_700_000_000_500L, "", null);

        String[] jwt = now.plain("${sign}").split("\\.");

        assertThat(now.plain("${sign}")).as("one moment, one signature").isEqualTo(String.join(".", jwt));
        JsonObject header = part(jwt[0]);
        assertThat(header.getString("alg")).isEqualTo("ES256");
        assertThat(header.getString("typ")).isEqualTo("JWT");
        assertThat(header.getString("kid")).isEqualTo("organizations/1/apiKeys/\"2\"");
        assertThat(header.getString("nonce")).matches("[0-9a-f]{32}").isEqualTo(now.plain("${nonce}"));
        assertThat(part(jwt[1]))
                .isEqualTo(new JsonObject()
                        .put("iss", "cdp")
                        .put("nbf", 1_700_000_000)
                        .put("exp", 1_700_000_120)
                        .put("sub", "organizations/1/apiKeys/\"2\""));
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(pair.getPublic());
        verifier.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier.verify(Base64.getUrlDecoder().decode(jwt[2]))).isTrue();
        assertThat(signer.at(1_700_000_000_500L, "", null).plain("${nonce}")).isNotEqualTo(now.plain("${nonce}"));
    }

    private static JsonObject part(String text) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
    }

    @Test
    void shouldFillInTimes() {
        TemplateValues values = Signer.NONE.at(1_607_418_537_715L, "/p?q", 7L);

        assertThat(values.plain("${time} ${timeMs} ${timeIso} ${timeMs+10000} ${path} ${last} ${other}"))
                .isEqualTo("1607418537 1607418537715 2020-12-08T09:08:57.715Z 1607418547715 /p?q 7 ${other}");
        assertThat(values.lacks("${last}")).isFalse();
        assertThat(Signer.NONE.at(0, "", null).lacks("from ${last}")).isTrue();
    }

    @Test
    void shouldFillInSecretsAsTheirPlaceNeedsThem() throws Exception {
        TemplateValues values = Signer.read(secrets("a-b", "x\"y&z é"), SignatureTemplate.NONE)
                .with(pointer -> "at" + pointer, java.util.List.of())
                .at(0, "", null);

        assertThat(values.plain("${secret.a-b}")).isEqualTo("x\"y&z é");
        assertThat(values.inJsonText("\"${secret.a-b}\"")).isEqualTo("\"x\\\"y&z é\"");
        assertThat(values.inUrlText("?k=${secret.a-b}&t=${endpoint/data/0}"))
                .isEqualTo("?k=x%22y%26z%20%C3%A9&t=at%2Fdata%2F0");
    }

    @Test
    void shouldNameWrongMembers() {
        assertThat(Errors.of(() -> new SignatureTemplate(
                        SignatureAlgorithm.JWT_ES256, "a b", SecretEncoding.HEX, "x", "[]", "${sign}", null)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("/secret", "/secretEncoding", "/text", "/header", "/claims", "/claims");
        assertThat(Errors.of(() -> hmac("${unknown}", null)))
                .singleElement()
                .asString()
                .startsWith("/text: found an unknown placeholder");
        assertThat(Errors.of(() -> hmac("", null))).singleElement().asString().contains("found nothing");
    }

    @Test
    void shouldShowNoSecret() throws Exception {
        Signer signer = Signer.read(secrets("key", "hush-hush"), hmac("${time}", SecretEncoding.HEX));

        assertThat(signer.toString()).doesNotContain("hush");
        assertThat(signer.hidden().toString()).doesNotContain("hush");
        assertThat(signer.hidden().masked("bad key hush-hush!")).isEqualTo("bad key ***!");
        assertThat(new String(
                        signer.hidden().masked("é hush-hush".getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
                .isEqualTo("é ***");
        assertThat(secrets("key", "hush-hush").toString()).doesNotContain("hush");
    }
}
