package io.firstline.payload;

import io.firstline.payload.MsgpackScanner.Kind;
import java.util.Arrays;
import java.util.List;

/** Cuts MessagePack messages: the head of the array says 1 in every part. */
public final class MsgpackItems extends MessageItems {
    private static final byte ARRAY_OF_ONE = (byte) 0x91;

    private final MsgpackScanner msgpack = new MsgpackScanner();

    public MsgpackItems() {
        super(ARRAY_OF_ONE);
    }

    @Override
    boolean find(byte[] bytes, int from, int to, List<byte[]> steps) {
        msgpack.over(bytes, to);
        int at = from;
        for (byte[] step : steps) {
            at = inside(at, step);
        }
        return at >= 0 && msgpack.head(at) >= 0 && msgpack.kind() == Kind.ARRAY && collect(at);
    }

    /** Returns the start of an element or member; negative = there is none. */
    private int inside(int at, byte[] step) {
        if (at < 0 || msgpack.head(at) < 0) {
            return MsgpackScanner.MALFORMED;
        }
        long count = msgpack.count();
        boolean isMap = msgpack.kind() == Kind.MAP;
        int pos = msgpack.body();
        for (int i = 0; i < count && pos >= 0; i++) {
            boolean found = isMap ? isName(pos, step) : isIndex(step, i);
            int value = isMap ? msgpack.value(pos) : pos;
            if (found || value < 0) {
                return value;
            }
            pos = msgpack.value(value);
        }
        return MsgpackScanner.MALFORMED;
    }

    private boolean isName(int at, byte[] name) {
        int end = msgpack.head(at);
        return end >= 0
                && msgpack.kind() == Kind.TEXT
                && Arrays.equals(msgpack.bytes(), msgpack.body(), end, name, 0, name.length);
    }

    private boolean collect(int array) {
        long count = msgpack.count();
        int pos = msgpack.body();
        head(array);
        for (long i = 0; i < count; i++) {
            int end = msgpack.value(pos);
            if (end < 0 || !add(pos, end)) {
                return false;
            }
            pos = end;
        }
        return true;
    }
}
