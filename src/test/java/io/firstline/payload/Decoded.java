package io.firstline.payload;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decodes what a client sends: the MessagePack of JSON values. */
public final class Decoded {
    private Decoded() {}

    /** The value of a message: maps, lists, texts, longs, doubles, booleans, null. */
    public static Object msgpack(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        Object value = value(in);
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes behind the value");
        }
        return value;
    }

    private static Object value(ByteBuffer in) {
        int head = in.get() & 0xFF;
        if (head < 0x80 || head >= 0xE0) {
            return (long) (byte) head;
        } else if (head < 0x90) {
            return map(in, head & 0xF);
        } else if (head < 0xA0) {
            return list(in, head & 0xF);
        } else if (head < 0xC0) {
            return text(in, head & 0x1F);
        }
        return switch (head) {
            case 0xC0 -> null;
            case 0xC2 -> false;
            case 0xC3 -> true;
            case 0xCB -> in.getDouble();
            case 0xCC -> in.get() & 0xFFL;
            case 0xCD -> in.getShort() & 0xFFFFL;
            case 0xCE -> in.getInt() & 0xFFFFFFFFL;
            case 0xCF, 0xD3 -> in.getLong();
            case 0xD9 -> text(in, in.get() & 0xFF);
            case 0xDA -> text(in, in.getShort() & 0xFFFF);
            case 0xDB -> text(in, in.getInt());
            case 0xDC -> list(in, in.getShort() & 0xFFFF);
            case 0xDD -> list(in, in.getInt());
            case 0xDE -> map(in, in.getShort() & 0xFFFF);
            case 0xDF -> map(in, in.getInt());
            default -> throw new IllegalArgumentException("the head " + head);
        };
    }

    private static String text(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<Object> list(ByteBuffer in, int count) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(value(in));
        }
        return list;
    }

    private static Map<String, Object> map(ByteBuffer in, int count) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            map.put((String) value(in), value(in));
        }
        return map;
    }
}
