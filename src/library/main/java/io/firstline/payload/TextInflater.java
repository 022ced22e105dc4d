package io.firstline.payload;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates compressed messages, one after the other, into an array that the next message reuses. The result is bounded,
 * whatever the bytes are, and its checksum is verified. A message is one complete compressed stream without anything
 * behind it. Used on one event loop.
 */
public final class TextInflater {
    /** What surrounds the deflated bytes (RFC 1951). */
    public enum Wrapper {
        /** RFC 1952. */
        GZIP,
        /** RFC 1950. */
        ZLIB,
        /** Nothing. */
        NONE
    }

    /** {@link #inflate} returns this if the bytes are not one complete compressed stream. */
    public static final int MALFORMED = -1;
    /** {@link #inflate} returns this if the result would be longer than allowed. */
    public static final int TOO_LONG = -2;

    /** A longer array is not kept for the next message. */
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private static final int GZIP_HEADER = 10;
    private static final int GZIP_TRAILER = 8;
    private static final int DEFLATED = 8;
    private static final int HAS_HEADER_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final Wrapper wrapper;
    private final Inflater inflater;
    private final CRC32 checksum = new CRC32();
    private byte[] kept = new byte[16_384];
    private byte[] result = kept;

    public TextInflater(Wrapper wrapper) {
        this.wrapper = wrapper;
        this.inflater = new Inflater(wrapper != Wrapper.ZLIB);
    }

    /** The array with the result of the last call; the next call overwrites it. */
    public byte[] result() {
        return result;
    }

    /**
     * Inflates one message. Throws nothing, whatever the bytes are.
     *
     * @param most the longest allowed result, bytes
     * @return the length of the result, {@link #MALFORMED} or {@link #TOO_LONG}
     */
    public int inflate(byte[] bytes, int from, int length, int most) {
        result = kept;
        int to = from + length;
        int deflated = wrapper == Wrapper.GZIP ? behindHeader(bytes, from, to) : from;
        if (deflated < 0) {
            return MALFORMED;
        }
        inflater.reset();
        inflater.setInput(bytes, deflated, to - deflated);
        try {
            int inflatedBytes = inflate(most);
            return inflatedBytes < 0 || isWhole(bytes, to, inflatedBytes) ? inflatedBytes : MALFORMED;
        } catch (DataFormatException e) {
            return MALFORMED;
        }
    }

    private int inflate(int most) throws DataFormatException {
        int done = 0;
        while (!inflater.finished()) {
            if (done == result.length) {
                if (done > most) {
                    return TOO_LONG;
                }
                grow(most);
            }
            int more = inflater.inflate(result, done, result.length - done);
            if (more == 0 && !inflater.finished()) {
                return MALFORMED; // it is incomplete, or needs a dictionary
            }
            done += more;
        }
        return done > most ? TOO_LONG : done;
    }

    /** Leaves room for one byte more than allowed, which proves that the result is too long. */
    private void grow(int most) {
        int length = (int) Math.min(most + 1L, 2L * result.length);
        result = Arrays.copyOf(result, length);
        if (length <= MAX_KEPT_BYTES) {
            kept = result;
        }
    }

    private boolean isWhole(byte[] bytes, int to, int inflatedBytes) {
        if (wrapper != Wrapper.GZIP) {
            return inflater.getRemaining() == 0;
        }
        if (inflater.getRemaining() != GZIP_TRAILER) {
            return false;
        }
        checksum.reset();
        checksum.update(result, 0, inflatedBytes);
        return littleEndian(bytes, to - GZIP_TRAILER) == (int) checksum.getValue()
                && littleEndian(bytes, to - GZIP_TRAILER / 2) == inflatedBytes;
    }

    private static int littleEndian(byte[] bytes, int at) {
        return (bytes[at] & 0xFF)
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFF) << 24;
    }

    /** The position behind the header of a gzip member, or {@link #MALFORMED}. */
    private static int behindHeader(byte[] bytes, int from, int to) {
        boolean isGzip = to - from >= GZIP_HEADER + GZIP_TRAILER
                && (bytes[from] & 0xFF) == 0x1F
                && (bytes[from + 1] & 0xFF) == 0x8B
                && bytes[from + 2] == DEFLATED
                && (bytes[from + 3] & RESERVED) == 0;
        if (!isGzip) {
            return MALFORMED;
        }
        int flags = bytes[from + 3];
        int at = from + GZIP_HEADER;
        if ((flags & HAS_EXTRA) != 0) {
            at += 2 + (bytes[at] & 0xFF) + ((bytes[at + 1] & 0xFF) << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            at = behindZero(bytes, at, to);
        }
        if ((flags & HAS_COMMENT) != 0) {
            at = behindZero(bytes, at, to);
        }
        at += (flags & HAS_HEADER_CHECKSUM) != 0 ? 2 : 0;
        return at <= to - GZIP_TRAILER ? at : MALFORMED;
    }

    private static int behindZero(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != 0) {
            at++;
        }
        return at + 1;
    }
}
