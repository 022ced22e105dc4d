package io.firstline.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.Credentials;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import io.firstline.config.secret.BadSecretException;
import io.firstline.config.secret.SecretReference;
import io.firstline.config.secret.SignatureTemplate;
import io.firstline.config.secret.Signer;
import io.firstline.config.venue.Venue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Reads where a feed's secrets are, and reads the secrets once, so that a missing or wrong one is an error before
 * anything starts.
 */
final class SecretsReader {
    private final Path directory;
    private final UnaryOperator<String> environment;
    private final List<Problem> problems = new ArrayList<>();

    SecretsReader(Path directory, UnaryOperator<String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    List<Problem> problems() {
        return problems;
    }

    /**
     * Reads the secrets.
     *
     * @param broken whether the key is present, but was removed because of an error
     * @param venue null = none
     * @param used the secrets that the feed itself uses; null = not known, because its venue has an error
     */
    Credentials read(JsonNode secrets, boolean broken, Venue venue, Set<String> used) {
        Map<String, SecretReference> references = new LinkedHashMap<>();
        secrets.properties().forEach(e -> {
            try {
                references.put(e.getKey(), SecretReference.of(e.getValue().asText(), directory, environment));
            } catch (IOException wrong) {
                add(e.getKey(), wrong.getMessage(), SecretReference.ALLOWED);
                references.put(e.getKey(), SecretReference.UNKNOWN);
            }
        });
        Set<String> lacking = new TreeSet<>(venue == null ? Set.of() : venue.secrets());
        secrets.properties().forEach(e -> lacking.remove(e.getKey()));
        lacking.forEach(name -> references.put(name, SecretReference.UNKNOWN));
        if (!lacking.isEmpty() && !broken) {
            problems.add(new Problem(
                    "/secrets",
                    "no \"" + String.join("\", no \"", lacking) + "\"",
                    "an object with " + String.join(", ", venue.secrets()) + ", which the venue " + venue.name()
                            + " needs, each as " + SecretReference.ALLOWED));
        }
        SignatureTemplate sign = venue == null ? SignatureTemplate.NONE : venue.sign();
        Set<String> known = new TreeSet<>(venue == null ? Set.of() : venue.secrets());
        known.addAll(used == null ? Set.of() : used);
        references.forEach((name, reference) -> {
            if (used != null && !known.contains(name)) {
                add(
                        name,
                        "a secret that nothing uses",
                        known.isEmpty() ? "no secrets: nothing uses one" : String.join(", ", known));
            } else if (!reference.equals(SecretReference.UNKNOWN)) {
                tryToRead(name, reference, name.equals(sign.secret()) ? sign : SignatureTemplate.NONE);
            }
        });
        return new Credentials(references, sign);
    }

    private void tryToRead(String name, SecretReference reference, SignatureTemplate sign) {
        try {
            Signer.read(Map.of(name, reference), sign);
        } catch (BadSecretException e) {
            add(e.name(), e.found(), e.allowed());
        }
    }

    private void add(String name, String found, String allowed) {
        problems.add(new Problem("/secrets" + ProblemText.step(name), found, allowed));
    }
}
