package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/** XXH3 of a payload's bytes, 64 bits. Text and binary messages of the same bytes are different messages. */
public final class PayloadHash {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();
    private static final long BINARY = 0x9E3779B97F4A7C15L;

    private PayloadHash() {}

    public static long of(Buffer payload, boolean text) {
        ByteBuf bytes = ((BufferInternal) payload).getByteBuf();
        long hash;
        if (bytes.hasArray()) {
            hash = XXH3.hashBytesToLong(
                    bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes());
        } else {
            byte[] copy = payload.getBytes();
            hash = XXH3.hashBytesToLong(copy, 0, copy.length);
        }
        return text ? hash : hash ^ BINARY;
    }
}
