package io.firstline.config.secret;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * What <code>${sign}</code> becomes. Immutable; checked in the constructor.
 *
 * @param algorithm null = nothing is signed
 * @param secret the name of the secret that is the key
 * @param secretEncoding what the secret is, for HMAC
 * @param text a template of the signed text; not for a JWT
 * @param header a template of the header of a JWT, a JSON object; {@code alg} and {@code typ} may be missing
 * @param claims a template of the claims of a JWT, a JSON object
 * @param encoding the form of the signature; not for a JWT
 */
public record SignatureTemplate(
        SignatureAlgorithm algorithm,
        String secret,
        SecretEncoding secretEncoding,
        String text,
        String header,
        String claims,
        SecretEncoding encoding) {
    public static final SignatureTemplate NONE =
            new SignatureTemplate(null, "", SecretEncoding.TEXT, "", "", "", SecretEncoding.HEX);

    private static final ObjectMapper JSON = new ObjectMapper();

    public SignatureTemplate {
        secretEncoding = secretEncoding == null ? SecretEncoding.TEXT : secretEncoding;
        encoding = encoding == null ? SecretEncoding.HEX : encoding;
        header = header == null || header.isEmpty() ? "{}" : header;
        Checks checks = new Checks();
        if (algorithm != null) {
            check(checks, algorithm, secret, secretEncoding, text, header, claims);
        }
        checks.throwIfAny("sign");
    }

    private static void check(
            Checks checks,
            SignatureAlgorithm algorithm,
            String secret,
            SecretEncoding secretEncoding,
            String text,
            String header,
            String claims) {
        checks.require(
                        TemplateValues.isName(secret),
                        "secret",
                        ProblemText.quoted(secret),
                        "the name of a secret: letters, digits, _ and -")
                .require(
                        algorithm.isHmac() || secretEncoding == SecretEncoding.TEXT,
                        "secretEncoding",
                        "\"secretEncoding\" for a private key",
                        "\"secretEncoding\" with hmac-sha256 or hmac-sha512 only");
        if (algorithm.isJwt()) {
            checks.require(text.isEmpty(), "text", "a text to sign", "\"claims\" (and \"header\") for a JWT");
            checkObject(checks, "header", header);
            checkObject(checks, "claims", claims);
        } else {
            checks.require(
                    !text.isEmpty() && claims.isEmpty() && header.equals("{}"),
                    "text",
                    text.isEmpty() ? "nothing" : "\"header\" or \"claims\" without a JWT",
                    "a template of the text to sign");
            TemplateValues.check(checks, "text", text, false);
        }
    }

    private static void checkObject(Checks checks, String field, String template) {
        TemplateValues.check(checks, field, template, false);
        checks.require(
                objectOf(TemplateValues.sample(template)) != null,
                field,
                "a template that is no JSON object once it is filled",
                "a template of a JSON object");
    }

    private static ObjectNode objectOf(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            return json instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    public boolean isNone() {
        return algorithm == null;
    }

    /** The names of the secrets that it needs. */
    public Set<String> secrets() {
        Set<String> names = new TreeSet<>();
        if (!isNone()) {
            names.add(secret);
            names.addAll(TemplateValues.secrets(text));
            names.addAll(TemplateValues.secrets(header));
            names.addAll(TemplateValues.secrets(claims));
        }
        return names;
    }

    /** The signature or the JWT. */
    String signed(SigningKey key, UnaryOperator<String> values) {
        if (!algorithm.isJwt()) {
            byte[] message = TemplateValues.filled(text, values).getBytes(StandardCharsets.UTF_8);
            return encoding.text(key.sign(message));
        }
        UnaryOperator<String> inJson = place -> TemplateValues.inJson(values.apply(place));
        ObjectNode whole = JSON.createObjectNode()
                .put("alg", algorithm == SignatureAlgorithm.JWT_ES256 ? "ES256" : "EdDSA")
                .put("typ", "JWT");
        whole.setAll(objectOf(TemplateValues.filled(header, inJson)));
        return key.jwt(whole.toString(), TemplateValues.filled(claims, inJson));
    }
}
