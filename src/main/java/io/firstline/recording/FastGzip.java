package io.firstline.recording;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Gzip at its fastest; what was flushed can be read even if nothing follows. */
final class FastGzip extends GZIPOutputStream {
    private static final int BUFFER = 1 << 13;

    FastGzip(OutputStream out) throws IOException {
        super(out, BUFFER, true);
        def.setLevel(Deflater.BEST_SPEED);
    }
}
