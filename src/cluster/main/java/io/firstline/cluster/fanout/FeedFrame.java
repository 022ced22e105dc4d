package io.firstline.cluster.fanout;

import io.firstline.stream.FeedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Many messages of one address in one piece of data, while it is written: its length, {@link #MESSAGES}, address and line, then for each
 * message its kind and its fields. A name is written where it occurs first; later only its number is. Numbers are
 * big-endian. Not thread-safe.
 */
final class FeedFrame {
    /** The type of a frame with messages. */
    static final byte MESSAGES = 1;
    /** The type of a request to answer with the same number when all that was sent before is delivered. */
    static final byte FENCE = 2;
    /** No further message begins behind this length: it bounds the work of one frame. A longer message is alone. */
    static final int MOST_BYTES = 1 << 20;
    /** The number of a name that is absent. */
    static final int NO_NAME = 0xFFFF;

    static final byte MESSAGE = 0;
    static final byte BYTES = 1;
    static final byte JSON = 2;
    static final int TEXT = 1;
    static final int LATE = 2;

    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Kind, flags, epoch, sequence, time, identity. */
    static final int HEAD = 2 + Integer.BYTES + 3 * Long.BYTES;

    private final Map<String, Integer> names = new HashMap<>();
    private byte[] bytes;
    private int length = Integer.BYTES;
    private int messages;

    /**
     * Begins a frame.
     *
     * @param line the header of its messages; null = none
     * @param expectedBytes how long it may become
     */
    FeedFrame(String address, String line, int expectedBytes) {
        bytes = new byte[expectedBytes];
        room(1);
        bytes[length++] = MESSAGES;
        name(address);
        name(line);
    }

    /** Adds a message. */
    void add(Object body) {
        messages++;
        if (body instanceof FeedMessage message) {
            add(message);
        } else if (body instanceof JsonObject json) {
            add(JSON, json.toBuffer());
        } else {
            add(BYTES, (Buffer) body);
        }
    }

    private void add(FeedMessage message) {
        room(HEAD);
        int at = length;
        bytes[at] = MESSAGE;
        bytes[at + 1] = (byte) ((message.text() ? TEXT : 0) | (message.late() ? LATE : 0));
        INTS.set(bytes, at + 2, message.epoch());
        LONGS.set(bytes, at + 6, message.sequence());
        LONGS.set(bytes, at + 14, message.receivedMicros());
        LONGS.set(bytes, at + 22, message.identity());
        length = at + HEAD;
        name(message.feed());
        name(message.connectionId());
        name(message.stream());
        data(message.bytes());
    }

    private void add(byte kind, Buffer data) {
        room(1);
        bytes[length++] = kind;
        data(data.getBytes());
    }

    private void data(byte[] data) {
        room(Integer.BYTES + data.length);
        INTS.set(bytes, length, data.length);
        System.arraycopy(data, 0, bytes, length + Integer.BYTES, data.length);
        length += Integer.BYTES + data.length;
    }

    private void name(String name) {
        room(Short.BYTES);
        if (name == null) {
            number(NO_NAME);
            return;
        }
        Integer known = names.get(name);
        if (known != null) {
            number(known);
            return;
        }
        number(names.size());
        names.put(name, names.size());
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + text.length);
        INTS.set(bytes, length, text.length);
        System.arraycopy(text, 0, bytes, length + Integer.BYTES, text.length);
        length += Integer.BYTES + text.length;
    }

    private void number(int name) {
        SHORTS.set(bytes, length, (short) name);
        length += Short.BYTES;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, (int) Math.min(2L * bytes.length, 1 << 30)));
        }
    }

    int length() {
        return length;
    }

    /** The number of messages. */
    int messages() {
        return messages;
    }

    /** Returns the frame for one more connection; nothing may be added afterwards. */
    ByteBuf data() {
        INTS.set(bytes, 0, length - Integer.BYTES);
        return Unpooled.wrappedBuffer(bytes, 0, length);
    }
}
