package io.firstline.config.secret;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The secrets of one attempt to connect, as they are now, and what it signs with. It remembers its last signatures,
 * which nobody may see either; otherwise immutable. Its text shows nothing.
 */
public final class Signer {
    public static final Signer NONE = new Signer(Map.of(), SignatureTemplate.NONE, null, pointer -> "", Hidden.NONE);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 16;
    /** A server repeats one soon or never. */
    private static final int SIGNATURES = 8;

    private final Map<String, String> secrets;
    private final SignatureTemplate template;
    /** Null = nothing is signed. */
    private final SigningKey key;

    private final UnaryOperator<String> endpoint;
    /** The texts that nobody may see, without signatures. */
    private final Hidden known;

    private final Deque<String> signatures = new ArrayDeque<>();
    private volatile Hidden hidden;

    private Signer(
            Map<String, String> secrets,
            SignatureTemplate template,
            SigningKey key,
            UnaryOperator<String> endpoint,
            Hidden hidden) {
        this.secrets = secrets;
        this.template = template;
        this.key = key;
        this.endpoint = endpoint;
        this.known = hidden;
        this.hidden = hidden;
    }

    /**
     * Reads the secrets. May read files, so not for an event loop.
     *
     * @throws BadSecretException naming the first secret that cannot be used
     */
    public static Signer read(Map<String, SecretReference> references, SignatureTemplate template)
            throws BadSecretException {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (Map.Entry<String, SecretReference> reference : references.entrySet()) {
            try {
                secrets.put(reference.getKey(), reference.getValue().read());
            } catch (IOException e) {
                throw new BadSecretException(reference.getKey(), e.getMessage(), SecretReference.ALLOWED);
            }
        }
        SigningKey key = null;
        if (!template.isNone() && secrets.containsKey(template.secret())) {
            try {
                key = SigningKey.of(template.algorithm(), secrets.get(template.secret()), template.secretEncoding());
            } catch (BadKeyException e) {
                throw new BadSecretException(
                        template.secret(),
                        references.get(template.secret()) + ", which holds " + e.found(),
                        e.allowed() + ", for " + template.algorithm().label());
            }
        }
        return new Signer(secrets, template, key, pointer -> "", Hidden.of(secrets.values()));
    }

    /** The same with the answer of an endpoint, whose values are hidden too. */
    public Signer with(UnaryOperator<String> answer, List<String> secretValues) {
        return new Signer(secrets, template, key, answer, hidden().and(secretValues));
    }

    /** Whether its secrets are the same as those of another one. */
    public boolean hasSameSecrets(Signer other) {
        return secrets.equals(other.secrets);
    }

    /** Whether there is nothing to sign or to fill in. */
    public boolean hasNoSecrets() {
        return secrets.isEmpty();
    }

    /** The texts that nobody may see. */
    public Hidden hidden() {
        return hidden;
    }

    /**
     * The values of placeholders now.
     *
     * @param path path and query of the URL; empty = not known
     * @param last the highest number; null = none
     */
    public TemplateValues at(long epochMs, String path, Long last) {
        return new TemplateValues(this, epochMs, path, last);
    }

    /** A text that is used once. */
    static String newNonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    String secret(String name) {
        return secrets.getOrDefault(name, "");
    }

    String answered(String pointer) {
        return endpoint.apply(pointer);
    }

    String signature(TemplateValues values) {
        if (key == null) {
            return "";
        }
        String signature = template.signed(key, values);
        synchronized (signatures) {
            signatures.addLast(signature);
            if (signatures.size() > SIGNATURES) {
                signatures.removeFirst();
            }
            hidden = known.and(signatures);
        }
        return signature;
    }

    @Override
    public String toString() {
        return "a signer with " + secrets.keySet();
    }
}
