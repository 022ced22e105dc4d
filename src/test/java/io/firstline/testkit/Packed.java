package io.firstline.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Text as venues put it into binary messages. Written with the JDK alone. */
public final class Packed {
    private static final int FIRST_BYTE_OF_TIME = 4;

    private interface Packing {
        OutputStream over(ByteArrayOutputStream out) throws IOException;
    }

    private Packed() {}

    public static byte[] gzip(String text) {
        return pack(text, GZIPOutputStream::new);
    }

    /** With a modification time, which makes the bytes of equal texts differ. */
    public static byte[] gzip(String text, int time) {
        byte[] packed = gzip(text);
        for (int i = 0; i < 4; i++) {
            packed[FIRST_BYTE_OF_TIME + i] = (byte) (time >>> (8 * i));
        }
        return packed;
    }

    public static byte[] zlib(String text) {
        return pack(text, DeflaterOutputStream::new);
    }

    public static byte[] deflate(String text) {
        return pack(text, out -> new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, true)));
    }

    private static byte[] pack(String text, Packing packing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = packing.over(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
