package io.firstline.cluster;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** A message between Vert.x nodes on the event bus' port, written by hand, without a sender. */
final class BusFrame {
    /** Vert.x' numbers of its codecs. */
    static final int TEXT = 9;

    static final int SERIALIZABLE = 17;

    private static final int VERSION = 1;

    private BusFrame() {}

    static byte[] text(String address, String body) {
        return of(TEXT, address, body.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] of(int codec, String address, byte[] body) {
        Buffer frame = Buffer.buffer()
                .appendByte((byte) VERSION)
                .appendByte((byte) codec)
                .appendByte((byte) 0); // to one consumer
        append(frame, address);
        frame.appendInt(0); // no reply
        append(frame, "nobody");
        frame.appendInt(Integer.BYTES); // no headers
        frame.appendInt(body.length).appendBytes(body);
        return Buffer.buffer().appendInt(frame.length()).appendBuffer(frame).getBytes();
    }

    private static void append(Buffer frame, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        frame.appendInt(bytes.length).appendBytes(bytes);
    }
}
