package io.firstline.recording;

import java.nio.file.Path;
import java.util.Iterator;

/** Reads one connection's recording, entry by entry, from all its files. For one thread, which it blocks. */
public final class Entries implements AutoCloseable {
    private final Iterator<RecordedEntry> held;
    private final Iterator<Path> files;
    private RecordingReader reader;

    Entries(Recording recording) {
        held = recording.messages().iterator();
        files = recording.header() == null
                ? java.util.Collections.<Path>emptyIterator()
                : recording.files().iterator();
    }

    /**
     * The next entry; null at the end.
     *
     * @throws RecordingException if it is unreadable
     */
    public RecordedEntry next() {
        if (held.hasNext()) {
            return held.next();
        }
        while (true) {
            RecordedEntry entry = reader == null ? null : reader.next();
            if (entry != null || !files.hasNext()) {
                return entry;
            }
            close();
            reader = new RecordingReader(files.next());
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
