package io.firstline.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the section {@code http} of a configuration. */
final class HttpReader {
    private static final Pattern HASH = Pattern.compile("sha256:([0-9a-fA-F]{64})");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    /** Nobody guesses that many characters over a network, if they were drawn at random. */
    private static final int SHORTEST_TOKEN = 16;

    private static final String TOKEN =
            "sha256: and 64 hexadecimal digits, or ${NAME} of an environment variable of at least " + SHORTEST_TOKEN
                    + " characters";

    private HttpReader() {}

    /**
     * What a section that keeps to the schema says; null if it cannot be used.
     *
     * @param directory where relative paths start; null = the working directory
     * @param environment the value of an environment variable, null if it is not set
     */
    static HttpConfig read(
            JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        int before = problems.size();
        String token = section.has("token") ? hash(section.get("token").textValue(), environment, problems) : null;
        HttpConfig.PemFiles tls = section.has("tls") ? tls(section.get("tls"), directory, problems) : null;
        if (problems.size() > before) {
            return null;
        }
        try {
            return new HttpConfig(
                    section.path("host").asText(HttpConfig.DEFAULT_HOST),
                    section.path("port").asInt(HttpConfig.DEFAULT_PORT),
                    section.path("control").asBoolean(),
                    token,
                    tls,
                    section.path("vertxMetrics").asBoolean());
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    static String hash(String token, UnaryOperator<String> environment, List<Problem> problems) {
        Matcher hash = HASH.matcher(token);
        if (hash.matches()) {
            return hash.group(1).toLowerCase(java.util.Locale.ROOT);
        }
        Matcher variable = VARIABLE.matcher(token);
        if (!variable.matches()) {
            problems.add(new Problem("/token", "something else", TOKEN));
            return null;
        }
        String value = environment.apply(variable.group(1));
        if (value == null || value.length() < SHORTEST_TOKEN) {
            String found = value == null ? " is not set" : " has " + value.length() + " characters";
            problems.add(new Problem("/token", token + ", which" + found, TOKEN));
            return null;
        }
        return sha256(value);
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static HttpConfig.PemFiles tls(JsonNode section, Path directory, List<Problem> problems) {
        return new HttpConfig.PemFiles(
                file(section, "certificate", directory, problems), file(section, "key", directory, problems));
    }

    private static String file(JsonNode section, String key, Path directory, List<Problem> problems) {
        Path file = directory == null
                ? Path.of(section.get(key).textValue())
                : directory.resolve(section.get(key).textValue());
        if (!Files.isReadable(file) || JsonText.isSpecial(file)) {
            problems.add(new Problem("/tls/" + key, Wording.quoted(file.toString()), "a file that can be read"));
        }
        return file.toString();
    }
}
