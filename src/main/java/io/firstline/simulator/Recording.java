package io.firstline.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * What one connection received from an exchange: one JSON object a line, {@code {"t_us": microseconds since the epoch, "msg": "the text"}},
 * in a {@code .jsonl} or gzipped {@code .jsonl.gz} file. Blank lines and further fields are ignored.
 *
 * <p>Immutable, for any thread. A recording is held in memory as a whole, so it is bounded: {@value #MAX_BYTES} bytes when unpacked.
 *
 * @param file where it was read from
 * @param messages its messages in the order of the file, at least one
 */
public record Recording(Path file, List<RecordedMessage> messages) {
    /** The longest file that is read, in bytes when unpacked. */
    public static final long MAX_BYTES = 64L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Keeps its own list. */
    public Recording {
        messages = List.copyOf(messages);
    }

    /** Reads a file, on the calling thread and blocking it. Throws {@link RecordingException} when there is anything wrong with it. */
    public static Recording read(Path file) {
        int lineNumber = 0;
        List<RecordedMessage> messages = new ArrayList<>();
        try (InputStream bytes = open(file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lineNumber++;
                if (!line.isBlank()) {
                    messages.add(message(file, lineNumber, line));
                }
            }
        } catch (NoSuchFileException e) {
            throw new RecordingException(file, 0, "no such file", e);
        } catch (ZipException e) {
            throw new RecordingException(file, 0, "not gzip (" + e.getMessage() + ")", e);
        } catch (CharacterCodingException e) {
            throw new RecordingException(file, lineNumber + 1, "not UTF-8", e);
        } catch (IOException e) {
            throw new RecordingException(file, lineNumber + 1, "unreadable (" + e + ")", e);
        }
        if (messages.isEmpty()) {
            throw new RecordingException(file, 0, "no message in it", null);
        }
        return new Recording(file, messages);
    }

    private static InputStream open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        try {
            return new Bounded(file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes);
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private static RecordedMessage message(Path file, int lineNumber, String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new RecordingException(file, lineNumber, "not JSON (" + e.getOriginalMessage() + ")", e);
        }
        JsonNode receivedUs = json.path("t_us");
        JsonNode text = json.path("msg");
        if (!receivedUs.isIntegralNumber() || !receivedUs.canConvertToLong()) {
            throw new RecordingException(file, lineNumber, "t_us is not a whole number", null);
        }
        if (!text.isTextual()) {
            throw new RecordingException(file, lineNumber, "msg is not a text", null);
        }
        return new RecordedMessage(receivedUs.longValue(), Buffer.buffer(text.textValue()));
    }

    /** Ends a file that is longer than a recording may be, before it fills the memory. */
    private static final class Bounded extends FilterInputStream {
        private long left = MAX_BYTES;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException("longer than " + MAX_BYTES + " bytes");
            }
            return count;
        }
    }
}
