package io.firstline.payload;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Encodes small binary messages: protobuf, SBE, MessagePack. */
public final class Encoded {
    private Encoded() {}

    /** A protobuf message. A Long is a varint, an Integer four bytes, a Double eight bytes, others have a length. */
    public static byte[] protobuf(Object... numbersAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < numbersAndValues.length; i += 2) {
            int number = (int) numbersAndValues[i];
            Object value = numbersAndValues[i + 1];
            if (value instanceof Long varint) {
                varint(out, (long) number << 3);
                varint(out, varint);
            } else if (value instanceof Integer fixed) {
                varint(out, ((long) number << 3) | 5);
                out.writeBytes(littleEndian(4).putInt(fixed).array());
            } else if (value instanceof Double fixed) {
                varint(out, ((long) number << 3) | 1);
                out.writeBytes(littleEndian(8).putDouble(fixed).array());
            } else {
                byte[] bytes = value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
                varint(out, ((long) number << 3) | 2);
                varint(out, bytes.length);
                out.writeBytes(bytes);
            }
        }
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static ByteBuffer littleEndian(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An SBE message: its header, its block, and what follows the block. */
    public static byte[] sbe(int template, byte[] block, byte[]... sections) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(littleEndian(8)
                .putShort((short) block.length)
                .putShort((short) template)
                .putInt(1)
                .array());
        out.writeBytes(block);
        for (byte[] section : sections) {
            out.writeBytes(section);
        }
        return out.toByteArray();
    }

    /** Little-endian numbers, as long as their types: Byte, Short, Integer, Long. */
    public static byte[] block(Number... numbers) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (Number number : numbers) {
            if (number instanceof Byte value) {
                block.write(value);
            } else if (number instanceof Short value) {
                block.writeBytes(littleEndian(2).putShort(value).array());
            } else if (number instanceof Integer value) {
                block.writeBytes(littleEndian(4).putInt(value).array());
            } else {
                block.writeBytes(littleEndian(8).putLong((long) number).array());
            }
        }
        return block.toByteArray();
    }

    /** A group of SBE, with the number of its entries in {@code bits} bits. */
    public static byte[] group(int bits, int entryLength, byte[]... entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(block((short) entryLength));
        out.writeBytes(number(bits, entries.length));
        for (byte[] entry : entries) {
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    /** A text of SBE, with its length in {@code bits} bits. */
    public static byte[] text(int bits, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(number(bits, bytes.length));
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    private static byte[] number(int bits, int value) {
        return switch (bits) {
            case 8 -> block((byte) value);
            case 16 -> block((short) value);
            default -> block(value);
        };
    }

    /** A MessagePack message of maps, lists, texts, times, byte arrays, numbers, booleans and nulls, as short as possible. */
    public static byte[] msgpack(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        msgpack(out, value);
        return out.toByteArray();
    }

    private static void msgpack(ByteArrayOutputStream out, Object value) {
        if (value == null) {
            out.write(0xC0);
        } else if (value instanceof Boolean flag) {
            out.write(flag ? 0xC3 : 0xC2);
        } else if (value instanceof Instant time) {
            out.writeBytes(new byte[] {(byte) 0xD7, -1});
            out.writeBytes(ByteBuffer.allocate(8)
                    .putLong((long) time.getNano() << 34 | time.getEpochSecond())
                    .array());
        } else if (value instanceof Double number) {
            out.write(0xCB);
            out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
        } else if (value instanceof Number number) {
            integer(out, number.longValue());
        } else if (value instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            head(out, bytes.length, 0xA0, 32, 0xD9);
            out.writeBytes(bytes);
        } else if (value instanceof byte[] bytes) {
            head(out, bytes.length, 0, 0, 0xC4);
            out.writeBytes(bytes);
        } else if (value instanceof List<?> list) {
            head(out, list.size(), 0x90, 16, 0xDB);
            list.forEach(item -> msgpack(out, item));
        } else {
            Map<?, ?> map = (Map<?, ?>) value;
            head(out, map.size(), 0x80, 16, 0xDD);
            map.forEach((name, member) -> {
                msgpack(out, name);
                msgpack(out, member);
            });
        }
    }

    /** A count in the head's own byte, or behind it: in 8 (texts only), 16 or 32 bits. */
    private static void head(ByteArrayOutputStream out, int count, int own, int below, int wide) {
        boolean isContainer = wide == 0xDB || wide == 0xDD; // these have no 8 bits
        if (count < below) {
            out.write(own | count);
        } else if (count < 1 << 8 && !isContainer) {
            out.write(wide);
            out.write(count);
        } else if (count < 1 << 16) {
            out.write(wide + 1);
            out.writeBytes(ByteBuffer.allocate(2).putShort((short) count).array());
        } else {
            out.write(wide + 2);
            out.writeBytes(ByteBuffer.allocate(4).putInt(count).array());
        }
    }

    private static void integer(ByteArrayOutputStream out, long value) {
        if (value >= -32 && value < 128) {
            out.write((int) value);
        } else if (value == (byte) value) {
            out.write(0xD0);
            out.write((int) value);
        } else if (value == (short) value) {
            out.write(0xD1);
            out.writeBytes(ByteBuffer.allocate(2).putShort((short) value).array());
        } else if (value >= 0 && value < 1L << 32) {
            out.write(0xCE);
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) value).array());
        } else if (value == (int) value) {
            out.write(0xD2);
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) value).array());
        } else {
            out.write(0xD3);
            out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
        }
    }
}
