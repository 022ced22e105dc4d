package io.firstline.config.check;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Parses a file or text into a JSON tree. Problems of the text are reported in our own words. */
public final class JsonText {
    private static final Pattern BAD_ESCAPE = Pattern.compile("~(?![01])");
    /** A configuration of a thousand feeds needs a third of that, so a longer file is a wrong file. */
    public static final int MAX_BYTES = 1 << 20;

    public static final int MAX_DEPTH = 64;

    private static final String OBJECT = "a JSON object";

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonText() {}

    /**
     * Whether the path is a pipe, a socket or a device: opening a pipe waits for a writer, and a device may never end.
     */
    public static boolean isSpecial(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /**
     * The text of a file.
     *
     * @throws InvalidConfigException if it is unreadable
     */
    public static String ofFile(Path file) {
        Problem problem;
        if (isSpecial(file)) {
            problem = new Problem("", "a pipe, a socket or a device", "a regular file with " + OBJECT);
            throw new InvalidConfigException(file.toString(), List.of(problem));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            }
            problem = tooLarge();
        } catch (NoSuchFileException e) {
            problem = new Problem("", "no such file", "a file with " + OBJECT);
        } catch (CharacterCodingException e) {
            problem = new Problem("", "bytes that are not UTF-8", "UTF-8 text");
        } catch (IOException e) {
            String what = Files.isDirectory(file) ? "a directory" : "a file that cannot be read";
            problem = new Problem("", what, "a file with " + OBJECT);
        }
        throw new InvalidConfigException(file.toString(), List.of(problem));
    }

    /**
     * The tree of a text, or null if it is not JSON. Of repeated keys the last one counts, and each further one is a
     * problem.
     */
    public static JsonNode tree(String text, List<Problem> problems) {
        if (text.length() > MAX_BYTES) {
            problems.add(tooLarge());
            return null;
        }
        // some editors on Windows write a byte order mark
        String json = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try {
            return walk(json, problems) ? JSON.readTree(json) : null;
        } catch (JacksonException e) {
            problems.add(new Problem("", reason(e) + place(e.getLocation()), OBJECT));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        return null;
    }

    /** Whether a text is a JSON pointer (RFC 6901), which may be empty. */
    public static boolean isPointer(String text) {
        return text.isEmpty()
                || (text.startsWith("/") && !BAD_ESCAPE.matcher(text).find());
    }

    public static boolean isJson(String text) {
        try {
            JSON.readTree(text);
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** Checks every token for problems that a tree no longer shows; false if the text is not exactly one value. */
    private static boolean walk(String json, List<Problem> problems) throws IOException {
        Deque<Set<String>> keys = new ArrayDeque<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                problems.add(new Problem("", "nothing: the text is empty", OBJECT));
                return false;
            }
            for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    keys.push(new HashSet<>());
                } else if (token.isStructEnd()) {
                    keys.pop();
                } else if (token == JsonToken.FIELD_NAME && !keys.element().add(parser.currentName())) {
                    String pointer = parser.getParsingContext().pathAsPointer().toString();
                    problems.add(new Problem(
                            pointer, "the key a second time" + place(parser.currentTokenLocation()), "every key once"));
                }
                if (keys.isEmpty() && parser.nextToken() != null) {
                    problems.add(
                            new Problem("", "more text after the end" + place(parser.currentTokenLocation()), OBJECT));
                    return false;
                }
            }
        }
        return true;
    }

    /** Jackson's messages name Java classes and quote the text, which may contain a secret. */
    private static String reason(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return e.getOriginalMessage().contains("nesting")
                    ? "nesting deeper than " + MAX_DEPTH + " levels"
                    : "a number or a key that is too long";
        }
        if (e instanceof JsonEOFException) {
            return "the end of the text inside an object, an array or a string";
        }
        String message = e.getOriginalMessage();
        return message.startsWith("Unexpected character")
                ? "text that is not JSON: u" + message.substring(1).replaceAll(" \\(code [^)]*\\)", "")
                : "text that is not JSON";
    }

    private static String place(JsonLocation at) {
        // Jackson does not report the place if one of its limits was exceeded
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static Problem tooLarge() {
        return new Problem("", "more than " + MAX_BYTES + " bytes", "at most " + MAX_BYTES + " bytes");
    }

    /**
     * The text or number at a pointer.
     *
     * @throws IllegalArgumentException naming a pointer without a text or number there
     */
    public static String value(JsonNode json, String pointer) {
        JsonNode value = json.at(JsonPointer.compile(pointer));
        if (!value.isValueNode() || value.isNull() || value.asText().isEmpty()) {
            throw new IllegalArgumentException("no value at " + pointer);
        }
        return value.asText();
    }
}
