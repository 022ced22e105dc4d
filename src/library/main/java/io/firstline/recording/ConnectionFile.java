package io.firstline.recording;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.firstline.recording.Recorder.Event;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one connection's files, one after the other. Used by the recorder's thread only. */
final class ConnectionFile {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionFile.class);
    /** The line end is written separately, so that a line is complete only with its end. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .rootValueSeparator("")
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .build();

    private final FileFactory disk;
    private final Path folder;
    private final RecordingHeader header;
    private final long maxFileBytes;
    private int part;
    private Path file;
    private Counting out;
    private FastGzip gzip;
    private JsonGenerator json;
    private boolean flushed;
    private long earlierBytes;

    ConnectionFile(FileFactory disk, Path folder, RecordingHeader header, long maxFileBytes) {
        this.disk = disk;
        this.folder = folder;
        this.header = header;
        this.maxFileBytes = maxFileBytes;
    }

    void write(Event event) throws IOException {
        if (json == null) {
            create();
        }
        json.writeStartObject();
        json.writeNumberField("t_us", event.receivedUs());
        json.writeNumberField("t_ns", event.nanos());
        json.writeNumberField("n", event.number());
        byte[] payload = event.payload().getBytes();
        switch (event.kind()) {
            case TEXT -> {
                json.writeFieldName("msg");
                json.writeUTF8String(payload, 0, payload.length);
            }
            case BINARY -> json.writeBinaryField("bin", payload);
            case OPENED -> json.writeStringField("mark", "opened");
            case CLOSED -> {
                json.writeStringField("mark", "closed");
                json.writeStringField("why", event.payload().toString());
            }
        }
        json.writeEndObject();
        json.writeRaw('\n');
        if (out.bytes >= maxFileBytes) {
            close();
        }
    }

    private void create() throws IOException {
        RecordingHeader own = header.of(header.connection(), part);
        file = folder.resolve(own.fileName());
        out = new Counting(disk.create(file));
        flushed = false;
        try {
            gzip = new FastGzip(out);
            json = JSON.createGenerator(gzip, JsonEncoding.UTF8);
            own.write(json);
            json.writeRaw('\n');
            flush();
        } catch (IOException e) {
            abandon();
            throw e;
        }
        part++;
    }

    /** Makes everything written so far readable, even if the process is killed. */
    void flush() throws IOException {
        if (json != null) {
            json.flush();
            gzip.flush();
            if (!Files.exists(file)) {
                // the system reports no error for writes to a deleted file
                throw new NoSuchFileException(file.toString());
            }
            flushed = true;
        }
    }

    /** Ends the file; later entries go to the next one. */
    void close() throws IOException {
        if (json != null) {
            flush();
            json.close();
            gzip.close();
            end();
        }
    }

    /** Ends the file inside an entry that could not be encoded; everything before it is readable. */
    void breakOff() throws IOException {
        if (json != null) {
            json.flush();
            gzip.close();
            end();
        }
    }

    /** Ends the file as far as possible after a failure. Deletes it if nothing was written to it. */
    void abandon() {
        if (out != null) {
            try {
                out.close();
                if (!flushed) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                LOG.debug("cannot close {}", file, e);
            }
            end();
        }
    }

    private void end() {
        earlierBytes += out.bytes;
        out = null;
        gzip = null;
        json = null;
    }

    /** The number of files. */
    int files() {
        return part;
    }

    /** The size of all files in bytes. */
    long bytes() {
        return earlierBytes + (out == null ? 0 : out.bytes);
    }

    /** Counts the bytes written to the disk. */
    private static final class Counting extends FilterOutputStream {
        private long bytes;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            out.write(source, offset, length);
            bytes += length;
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            bytes++;
        }
    }
}
