package io.firstline.config.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.check.SecretFile;
import io.firstline.config.check.Sha256;
import io.firstline.config.check.TlsFile;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the section {@code http} of a configuration. */
final class HttpReader {
    private static final Pattern HASH = Pattern.compile("sha256:([0-9a-fA-F]{64})");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Pattern FILE = Pattern.compile("\\$\\{file:([^}]+)}");
    /** A random token of this length cannot be guessed over a network. */
    private static final int SHORTEST_TOKEN = 16;

    /** In place of a token that is wrong: the other keys are checked as if it were right. */
    private static final String STAND_IN = "0".repeat(64);

    private static final String TOKEN =
            "sha256: and 64 hexadecimal digits, or ${NAME} of an environment variable or ${file:/path} of a file of at"
                    + " least " + SHORTEST_TOKEN + " characters";

    private HttpReader() {}

    /**
     * Reads a section that matches the schema; null if it is invalid.
     *
     * @param directory base of relative paths; null = the working directory
     * @param environment returns the value of an environment variable, null if not set
     */
    static HttpConfig read(
            JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        int before = problems.size();
        String token = token(section, directory, environment, problems);
        HttpConfig.PemFiles tls = section.has("tls") ? tls(section.get("tls"), directory, problems) : null;
        if (section.has("managementHost") && !section.has("managementPort")) {
            problems.add(new Problem("/managementPort", "nothing", "a port, because there is \"managementHost\""));
        }
        try {
            String host = section.path("host").asText(HttpConfig.DEFAULT_HOST);
            Map<String, Object> values = new HashMap<>();
            values.put("host", host);
            values.put("tokenSha256", token);
            values.put("tls", tls);
            values.put("management", management(section, host));
            HttpConfig http = SchemaKeys.HTTP.read(HttpConfig.class, section, values);
            return problems.size() > before ? null : http;
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private static HttpConfig.Management management(JsonNode section, String host) {
        return section.has("managementPort")
                ? new HttpConfig.Management(
                        section.path("managementHost").asText(host),
                        section.get("managementPort").asInt())
                : null;
    }

    /**
     * The hash of the section's token; null if it has none.
     *
     * @param directory base of relative file paths; null = the working directory
     */
    static String token(JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        if (!section.has("token")) {
            return null;
        }
        String hash = hash(section.get("token").textValue(), directory, environment, problems);
        return hash == null ? STAND_IN : hash;
    }

    /** The hash of a token; null if it is wrong. */
    private static String hash(
            String token, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        Matcher hash = HASH.matcher(token);
        if (hash.matches()) {
            return hash.group(1).toLowerCase(java.util.Locale.ROOT);
        }
        Matcher variable = VARIABLE.matcher(token);
        Matcher file = FILE.matcher(token);
        String value;
        if (variable.matches()) {
            value = environment.apply(variable.group(1));
        } else if (file.matches()) {
            try {
                value = SecretFile.read(file.group(1), directory);
            } catch (IOException e) {
                problems.add(new Problem("/token", token + ", which " + e.getMessage(), TOKEN));
                return null;
            }
        } else {
            problems.add(new Problem("/token", "something else", TOKEN));
            return null;
        }
        if (value == null || value.length() < SHORTEST_TOKEN) {
            String found = value == null ? " is not set" : " has " + value.length() + " characters";
            problems.add(new Problem("/token", token + ", which" + found, TOKEN));
            return null;
        }
        return Sha256.hex(value);
    }

    static HttpConfig.PemFiles tls(JsonNode section, Path directory, List<Problem> problems) {
        return new HttpConfig.PemFiles(
                TlsFile.of(section, "certificate", directory, problems),
                TlsFile.of(section, "key", directory, problems));
    }
}
