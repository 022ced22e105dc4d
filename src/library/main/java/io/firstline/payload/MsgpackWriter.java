package io.firstline.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes a JSON text as MessagePack. Integers within 64 bits, with or without sign, are integers, other numbers are
 * 64-bit floating point. The result is at most a few times as long as the text. Pure functions.
 */
public final class MsgpackWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int FIX_TEXT = 32;
    private static final int FIX_CONTAINER = 16;
    private static final BigInteger MOST_UNSIGNED = BigInteger.ONE.shiftLeft(64);

    /** An array or object whose elements or members are being written: their number comes before them. */
    private static final class Container {
        private final boolean isArray;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);
        private int values;

        Container(boolean isArray) {
            this.isArray = isArray;
        }
    }

    private MsgpackWriter() {}

    /** A JSON text as MessagePack; null if the text is not one whole JSON value. */
    public static byte[] of(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            // the whole text is an array of one value, which is written without its head
            Container whole = new Container(true);
            Deque<Container> open = new ArrayDeque<>();
            open.push(whole);
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                write(token, parser, open);
            }
            return whole.values == 1 ? whole.bytes.toByteArray() : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static void write(JsonToken token, JsonParser parser, Deque<Container> open) throws IOException {
        switch (token) {
            case START_ARRAY, START_OBJECT -> open.push(new Container(token == JsonToken.START_ARRAY));
            case END_ARRAY, END_OBJECT -> {
                Container ended = open.pop();
                DataOutputStream out = next(open);
                int count = ended.isArray ? ended.values : ended.values / 2;
                int own = ended.isArray ? 0x90 : 0x80;
                if (count < FIX_CONTAINER) {
                    out.writeByte(own | count);
                } else if (count < 1 << 16) {
                    out.writeByte(ended.isArray ? 0xDC : 0xDE);
                    out.writeShort(count);
                } else {
                    out.writeByte(ended.isArray ? 0xDD : 0xDF);
                    out.writeInt(count);
                }
                ended.bytes.writeTo(out);
            }
            case FIELD_NAME, VALUE_STRING -> text(parser.getText(), next(open));
            case VALUE_NUMBER_INT -> integer(parser.getBigIntegerValue(), next(open));
            case VALUE_NUMBER_FLOAT -> floating(parser.getDoubleValue(), next(open));
            case VALUE_TRUE -> next(open).writeByte(0xC3);
            case VALUE_FALSE -> next(open).writeByte(0xC2);
            case VALUE_NULL -> next(open).writeByte(0xC0);
            default -> throw new IOException("not a value of JSON: " + token);
        }
    }

    private static DataOutputStream next(Deque<Container> open) {
        open.element().values++;
        return open.element().out;
    }

    private static void text(String text, DataOutputStream out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length < FIX_TEXT) {
            out.writeByte(0xA0 | utf8.length);
        } else if (utf8.length < 1 << 8) {
            out.writeByte(0xD9);
            out.writeByte(utf8.length);
        } else if (utf8.length < 1 << 16) {
            out.writeByte(0xDA);
            out.writeShort(utf8.length);
        } else {
            out.writeByte(0xDB);
            out.writeInt(utf8.length);
        }
        out.write(utf8);
    }

    private static void integer(BigInteger value, DataOutputStream out) throws IOException {
        boolean isUnsigned = value.signum() > 0 && value.compareTo(MOST_UNSIGNED) < 0;
        if (value.bitLength() > 63 && !isUnsigned) {
            floating(value.doubleValue(), out);
            return;
        }
        long number = value.longValue();
        if (value.bitLength() > 63) {
            out.writeByte(0xCF);
            out.writeLong(number);
        } else if (number >= -32 && number < 1 << 7) {
            out.writeByte((int) number);
        } else if (number >= 0 && number < 1 << 8) {
            out.writeByte(0xCC);
            out.writeByte((int) number);
        } else if (number >= 0 && number < 1 << 16) {
            out.writeByte(0xCD);
            out.writeShort((int) number);
        } else if (number >= 0 && number < 1L << 32) {
            out.writeByte(0xCE);
            out.writeInt((int) number);
        } else {
            out.writeByte(0xD3);
            out.writeLong(number);
        }
    }

    private static void floating(double value, DataOutputStream out) throws IOException {
        out.writeByte(0xCB);
        out.writeDouble(value);
    }
}
