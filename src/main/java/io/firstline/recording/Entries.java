package io.firstline.recording;

import java.nio.file.Path;
import java.util.Iterator;

/** One connection's recording, entry by entry, over all its files. For one thread, which it blocks while it reads. */
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
     * @throws RecordingException if it cannot be read
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
