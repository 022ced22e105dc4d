package io.firstline.recording;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Gzip with the fastest compression. Flushed data is readable even if nothing follows. */
final class FastGzip extends GZIPOutputStream {
    private static final int BUFFER = 1 << 13;

    FastGzip(OutputStream out) throws IOException {
        super(out, BUFFER, true);
        def.setLevel(Deflater.BEST_SPEED);
    }
}
