package io.firstline.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A {@link Quote} in a binary frame, compressed as RFC 1952 demands. Deflating each message would make the server the
 * limit, so it is deflated once: only its two numbers are stored uncompressed, in separate blocks.
 */
final class GzipQuote implements Frames {
    private static final int BINARY = 2;
    private static final int FRAME_HEADER = 4;
    private static final int TIME_AT = FRAME_HEADER + 4;
    private static final int TRAILER = 8;
    private static final int STORED_HEADER = 5;
    private static final byte[] GZIP_HEADER = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};

    private final Quote quote;
    private final byte[] text;
    private final byte[] template;
    private final int[] numbersAt;
    private final CRC32 checksum = new CRC32();

    GzipQuote(Quote quote) {
        this.quote = quote;
        this.text = new byte[quote.length()];
        byte[] frame = new byte[quote.length()];
        quote.encode(frame, 0, 0, 0);
        byte[] plain = Arrays.copyOfRange(frame, quote.length() - quote.payloadLength(), quote.length());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[FRAME_HEADER]);
        out.writeBytes(GZIP_HEADER);
        this.numbersAt = new int[] {quote.sequenceAt(), quote.stampAt()};
        int from = 0;
        for (int i = 0; i < numbersAt.length; i++) {
            int number = numbersAt[i];
            deflate(plain, from, number, false, out);
            out.writeBytes(storedHeader());
            numbersAt[i] = out.size();
            out.write(plain, number, Quote.DIGITS);
            from = number + Quote.DIGITS;
        }
        deflate(plain, from, plain.length, true, out);
        out.writeBytes(new byte[TRAILER]);
        this.template = out.toByteArray();
        Frames.header(template, BINARY, template.length - FRAME_HEADER);
    }

    private static byte[] storedHeader() {
        return ByteBuffer.allocate(STORED_HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0)
                .putShort((short) Quote.DIGITS)
                .putShort((short) ~Quote.DIGITS)
                .array();
    }

    /** A part ends at a byte's end, and refers to no other part. */
    private static void deflate(byte[] plain, int from, int to, boolean last, ByteArrayOutputStream out) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(plain, from, to - from);
        if (last) {
            deflater.finish();
        }
        byte[] part = new byte[2 * plain.length];
        out.write(part, 0, deflater.deflate(part, 0, part.length, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH));
        deflater.end();
    }

    @Override
    public int length() {
        return template.length;
    }

    @Override
    public void encode(byte[] target, int offset, long sequence, long stampNanos) {
        System.arraycopy(template, 0, target, offset, template.length);
        quote.encode(text, 0, sequence, stampNanos);
        int head = quote.length() - quote.payloadLength();
        System.arraycopy(text, head + quote.sequenceAt(), target, offset + numbersAt[0], Quote.DIGITS);
        System.arraycopy(text, head + quote.stampAt(), target, offset + numbersAt[1], Quote.DIGITS);
        checksum.reset();
        checksum.update(text, head, quote.payloadLength());
        ByteBuffer trailer = ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putInt(offset + template.length - TRAILER, (int) checksum.getValue());
        trailer.putInt(offset + template.length - TRAILER / 2, quote.payloadLength());
    }

    /** In the time of the compression: the message stays the same. */
    @Override
    public void vary(byte[] target, int offset, int connection) {
        target[offset + TIME_AT] = (byte) (connection + 1);
    }
}
