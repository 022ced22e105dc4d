package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message of the benchmark in a venue's form, always of the same length. It contains a sequence number and the
 * nanosecond of its intended sending. Both have sixteen digits, so they can be written in place and read as two words
 * each.
 */
final class Quote implements Frames {
    /** The digits of a number. */
    static final int DIGITS = 16;
    /** Gives every number sixteen digits. */
    private static final long LEAD = 1_000_000_000_000_000L;

    private static final String SEQUENCE = "#sequence";
    private static final String STAMP = "#stamp";
    /** Stands for a digit that is not part of the key of a message. */
    private static final String VARIES = "#v";

    private static final int TEXT = 1;
    private static final int HEADER = 4;

    /** A book ticker of Binance. */
    static final Quote TICKER = new Quote(
            "{\"e\":\"bookTicker\",\"u\":#sequence,\"s\":\"BTCUSDT\",\"b\":\"27423.10000000\",\"B\":\"5.41900000\",\"a\":\"27423.20000000\",\"A\":\"10.02300000\",\"T\":168065270043#v,\"E\":#stamp}");
    /** The best prices of OKX. */
    static final Quote BEST_PRICES = new Quote(
            "{\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"BTC-USDT\"},\"data\":[{\"asks\":[[\"27423.2\",\"10.023\",\"0\",\"1#v\"]],\"bids\":[[\"27423.1\",\"5.419\",\"0\",\"2\"]],\"ts\":\"#stamp\",\"seqId\":#sequence}]}");

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int sequenceAt;
    private final int stampAt;
    private final int variesAt;
    private final byte[] template;

    private Quote(String form) {
        String number = Long.toString(LEAD);
        String plain = form.replace(VARIES, "0");
        sequenceAt = plain.replace(STAMP, number).indexOf(SEQUENCE);
        stampAt = plain.replace(SEQUENCE, number).indexOf(STAMP);
        variesAt = form.replace(STAMP, number).replace(SEQUENCE, number).indexOf(VARIES);
        byte[] text = plain.replace(STAMP, number).replace(SEQUENCE, number).getBytes(StandardCharsets.US_ASCII);
        template = new byte[HEADER + text.length];
        Frames.header(template, TEXT, text.length);
        System.arraycopy(text, 0, template, HEADER, text.length);
    }

    @Override
    public int length() {
        return template.length;
    }

    /** The length of a message in bytes. */
    int payloadLength() {
        return template.length - HEADER;
    }

    /** The position of the sequence number in a message. */
    int sequenceAt() {
        return sequenceAt;
    }

    /** The position of the time in a message. */
    int stampAt() {
        return stampAt;
    }

    @Override
    public void encode(byte[] target, int offset, long sequence, long stampNanos) {
        System.arraycopy(template, 0, target, offset, template.length);
        digits(target, offset + HEADER + sequenceAt, sequence);
        digits(target, offset + HEADER + stampAt, Math.floorMod(stampNanos, LEAD));
    }

    @Override
    public void vary(byte[] target, int offset, int connection) {
        target[offset + HEADER + variesAt] = (byte) ('0' + (connection + 1) % 10);
    }

    private static void digits(byte[] target, int at, long number) {
        long rest = number;
        for (int i = at + DIGITS - 1; i > at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Whether the payload is such a message, not another message of the server. */
    boolean isOne(ByteBuf payload) {
        return payload.readableBytes() == payloadLength();
    }

    long sequence(ByteBuf payload) {
        return number(payload, sequenceAt);
    }

    /** The same without {@code getByteBuf}, which allocates: the consumer must make no garbage. */
    long sequence(Buffer payload) {
        return number(payload.getLongLE(sequenceAt), payload.getLongLE(sequenceAt + 8));
    }

    long sequence(byte[] payload) {
        return number(payload, sequenceAt);
    }

    /** The time since the intended sending. */
    long ageNanos(ByteBuf payload, long nowNanos) {
        return ageNanos(number(payload, stampAt), nowNanos);
    }

    long ageNanos(Buffer payload, long nowNanos) {
        return ageNanos(number(payload.getLongLE(stampAt), payload.getLongLE(stampAt + 8)), nowNanos);
    }

    long ageNanos(byte[] payload, long nowNanos) {
        return ageNanos(number(payload, stampAt), nowNanos);
    }

    private static long ageNanos(long stamp, long nowNanos) {
        return Math.floorMod(Math.floorMod(nowNanos, LEAD) - stamp, LEAD);
    }

    private static long number(ByteBuf payload, int at) {
        int from = payload.readerIndex() + at;
        return number(payload.getLongLE(from), payload.getLongLE(from + 8));
    }

    private static long number(byte[] payload, int at) {
        return number((long) LONGS.get(payload, at), (long) LONGS.get(payload, at + 8));
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
