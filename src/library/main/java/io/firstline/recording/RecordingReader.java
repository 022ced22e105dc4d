package io.firstline.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.recording.RecordedEntry.Kind;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one file from beginning to end and blocks the calling thread. A file of a {@link Recorder} may end early,
 * because the process was killed or the disk was full. Then its complete entries are read, and a warning reports the
 * rest. Any other file must be complete.
 */
final class RecordingReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingReader.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 16;
    /** A file with a longer line is not a recording. */
    private static final int MAX_LINE = (int) Recording.MAX_BYTES;

    private final Path file;
    private final InputStream in;
    private final byte[] chunk = new byte[CHUNK];
    private int from;
    private int to;
    private int lineNumber;
    private long bytes;
    private boolean over;
    private RecordingHeader header;
    private JsonNode first;

    /** Opens a file and reads its header, if any. */
    RecordingReader(Path file) {
        this.file = file;
        this.in = open();
        try {
            first = nextJson();
            if (first != null && RecordingHeader.isHeader(first)) {
                header = RecordingHeader.read(first);
                first = null;
            }
        } catch (RecordingException e) {
            close();
            throw e;
        } catch (IllegalArgumentException e) {
            close();
            throw new RecordingException(file, 1, e.getMessage(), e);
        }
    }

    private InputStream open() {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new RecordingException(
                    file, 0, "a pipe, a socket or a device, not a file", null); // reading might never return
        }
        try {
            InputStream raw = new BufferedInputStream(Files.newInputStream(file), CHUNK);
            if (!file.toString().endsWith(".gz")) {
                return raw;
            }
            try {
                return new GZIPInputStream(raw, CHUNK);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new RecordingException(file, 0, "no such file", e);
        } catch (ZipException e) {
            throw new RecordingException(file, 0, "not gzip (" + e.getMessage() + ")", e);
        } catch (EOFException e) {
            throw new RecordingException(file, 0, "no message in it", e);
        } catch (IOException e) {
            throw new RecordingException(file, 0, "unreadable (" + e + ")", e);
        }
    }

    /** The file's header; null if another program wrote it. */
    RecordingHeader header() {
        return header;
    }

    /** The next entry; null at the end. */
    RecordedEntry next() {
        JsonNode json = first == null ? nextJson() : first;
        first = null;
        return json == null ? null : entry(json);
    }

    private JsonNode nextJson() {
        for (String line = nextLine(); line != null; line = nextLine()) {
            if (!line.isBlank()) {
                try {
                    return JSON.readTree(line);
                } catch (JsonProcessingException e) {
                    throw wrong("not JSON (" + e.getOriginalMessage() + ")", e);
                }
            }
        }
        return null;
    }

    private String nextLine() {
        ByteArrayOutputStream line = null;
        while (!over) {
            int end = from;
            while (end < to && chunk[end] != '\n') {
                end++;
            }
            int begin = from;
            from = Math.min(to, end + 1);
            if (end < to && line == null) {
                lineNumber++;
                return text(ByteBuffer.wrap(chunk, begin, end - begin));
            }
            line = line == null ? new ByteArrayOutputStream() : line;
            line.write(chunk, begin, end - begin);
            if (end < to) {
                lineNumber++;
                return text(ByteBuffer.wrap(line.toByteArray()));
            }
            if (line.size() > MAX_LINE) {
                throw wrongNext("a line longer than " + MAX_LINE + " bytes", null);
            }
            fill();
        }
        return line == null || line.size() == 0 ? null : unended(line);
    }

    /** Handles a last line without an end: it is incomplete, or another program leaves out the last line end. */
    private String unended(ByteArrayOutputStream line) {
        if (header != null) {
            torn("in the middle of a line");
            return null;
        }
        lineNumber++;
        return text(ByteBuffer.wrap(line.toByteArray()));
    }

    private void fill() {
        try {
            from = 0;
            to = Math.max(0, in.read(chunk));
            over = to == 0;
            bytes += to;
            if (header == null && bytes > Recording.MAX_BYTES) { // it would be held in memory
                throw new RecordingException(file, 0, "longer than " + Recording.MAX_BYTES + " bytes", null);
            }
        } catch (EOFException | ZipException e) {
            if (header == null) {
                throw wrongNext("unreadable (" + e + ")", e);
            }
            to = 0;
            over = true;
            torn(e.getMessage());
        } catch (IOException e) {
            throw wrongNext("unreadable (" + e.getMessage() + ")", e);
        }
    }

    private void torn(String why) {
        LOG.warn("recording {} is incomplete after line {} ({}): the complete lines are used", file, lineNumber, why);
    }

    private String text(ByteBuffer line) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(line).toString();
        } catch (CharacterCodingException e) {
            throw wrong("not UTF-8", e);
        }
    }

    private RecordedEntry entry(JsonNode json) {
        JsonNode receivedUs = json.path("t_us");
        if (!receivedUs.isIntegralNumber() || !receivedUs.canConvertToLong()) {
            throw wrong("t_us is not a whole number", null);
        }
        long micros = receivedUs.longValue();
        if (Math.abs(micros) > Long.MAX_VALUE / 2_000) {
            throw wrong("t_us is beyond the year 100000", null);
        }
        long nanos = header == null ? micros * 1_000 : header.startedUs() * 1_000 + steady(json);
        Kind kind = kind(json);
        return new RecordedEntry(kind, json.path("n").asLong(), micros, nanos, payload(kind, json));
    }

    private long steady(JsonNode json) {
        if (!json.path("t_ns").isIntegralNumber()) {
            throw wrong("t_ns is not a whole number", null);
        }
        return json.path("t_ns").longValue();
    }

    private Kind kind(JsonNode json) {
        if (json.path("msg").isTextual()) {
            return Kind.TEXT;
        } else if (json.path("bin").isTextual()) {
            return Kind.BINARY;
        } else if (json.path("mark").asText().equals("opened")) {
            return Kind.OPENED;
        } else if (json.path("mark").asText().equals("closed")) {
            return Kind.CLOSED;
        }
        throw wrong("msg is not a text, and there is no bin and no mark", null);
    }

    private Buffer payload(Kind kind, JsonNode json) {
        if (kind != Kind.BINARY) {
            return Buffer.buffer(json.path(kind == Kind.TEXT ? "msg" : "why").asText());
        }
        try {
            return Buffer.buffer(json.path("bin").binaryValue());
        } catch (IOException e) {
            throw wrong("bin is not base64", e);
        }
    }

    private RecordingException wrong(String problem, Throwable cause) {
        return new RecordingException(file, lineNumber, problem, cause);
    }

    private RecordingException wrongNext(String problem, Throwable cause) {
        return new RecordingException(file, lineNumber + 1, problem, cause);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("recording {} close", file, e);
        }
    }
}
