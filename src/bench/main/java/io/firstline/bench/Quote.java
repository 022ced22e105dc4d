package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The message of the benchmark: a book ticker in Binance's form, always of the same length. It contains a sequence
 * number and the nanosecond of its intended sending. Both have sixteen digits, so they can be written in place and read
 * as two words each.
 */
final class Quote {
    private static final String HEAD = "{\"e\":\"bookTicker\",\"u\":";
    private static final String MIDDLE =
            ",\"s\":\"BTCUSDT\",\"b\":\"27423.10000000\",\"B\":\"5.41900000\",\"a\":\"27423.20000000\",\"A\":\"10.02300000\",\"T\":1680652700430,\"E\":";
    private static final int DIGITS = 16;
    /** Gives every number sixteen digits. */
    private static final long LEAD = 1_000_000_000_000_000L;

    private static final int SEQUENCE_AT = HEAD.length();
    private static final int STAMP_AT = SEQUENCE_AT + DIGITS + MIDDLE.length();
    /** The length of a message in bytes. */
    static final int LENGTH = STAMP_AT + DIGITS + 1;

    private static final int HEADER = 4;
    /** The length of a message with its WebSocket frame header, in bytes. */
    static final int FRAME = HEADER + LENGTH;

    private static final byte[] TEMPLATE = template();

    private Quote() {}

    private static byte[] template() {
        byte[] frame = Arrays.copyOf(
                new byte[] {(byte) 0x81, 126, (byte) (LENGTH >> 8), (byte) LENGTH},
                FRAME); // final text frame, not masked
        byte[] text = (HEAD + LEAD + MIDDLE + LEAD + "}").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, frame, HEADER, LENGTH);
        return frame;
    }

    /** Writes a complete frame. */
    static void encode(byte[] target, int offset, long sequence, long stampNanos) {
        System.arraycopy(TEMPLATE, 0, target, offset, FRAME);
        digits(target, offset + HEADER + SEQUENCE_AT, sequence);
        digits(target, offset + HEADER + STAMP_AT, Math.floorMod(stampNanos, LEAD));
    }

    private static void digits(byte[] target, int at, long number) {
        long rest = number;
        for (int i = at + DIGITS - 1; i > at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Whether the payload is such a message, not another message of the server. */
    static boolean isOne(ByteBuf payload) {
        return payload.readableBytes() == LENGTH;
    }

    static long sequence(ByteBuf payload) {
        return number(payload, SEQUENCE_AT);
    }

    /** The same without {@code getByteBuf}, which allocates: the consumer must make no garbage. */
    static long sequence(Buffer payload) {
        return number(payload.getLongLE(SEQUENCE_AT), payload.getLongLE(SEQUENCE_AT + 8));
    }

    /** The time since the intended sending. */
    static long ageNanos(ByteBuf payload, long nowNanos) {
        return ageNanos(number(payload, STAMP_AT), nowNanos);
    }

    static long ageNanos(Buffer payload, long nowNanos) {
        return ageNanos(number(payload.getLongLE(STAMP_AT), payload.getLongLE(STAMP_AT + 8)), nowNanos);
    }

    private static long ageNanos(long stamp, long nowNanos) {
        return Math.floorMod(Math.floorMod(nowNanos, LEAD) - stamp, LEAD);
    }

    private static long number(ByteBuf payload, int at) {
        int from = payload.readerIndex() + at;
        return number(payload.getLongLE(from), payload.getLongLE(from + 8));
    }

    private static long number(long high, long low) {
        return eightDigits(high) * 100_000_000L + eightDigits(low) - LEAD;
    }

    /** Parses eight ASCII digits at once: adds neighbours to pairs, fours and eights within the word. */
    private static long eightDigits(long ascii) {
        long digits = ascii - 0x3030303030303030L;
        long pairs = digits * 10 + (digits >>> 8);
        return ((pairs & 0x000000FF000000FFL) * 0x000F424000000064L
                        + (pairs >>> 16 & 0x000000FF000000FFL) * 0x0000271000000001L)
                >>> 32;
    }
}
