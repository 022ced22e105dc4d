package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.payload.TextInflater.Wrapper;
import io.firstline.testkit.Packed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextInflaterTest {
    private static final int MOST = 16 << 20;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private static Function<String, byte[]> packing(Wrapper wrapper) {
        return switch (wrapper) {
            case GZIP -> Packed::gzip;
            case ZLIB -> Packed::zlib;
            case NONE -> Packed::deflate;
        };
    }

    /** The text, or its fault. */
    private static String inflated(TextInflater inflater, byte[] bytes, int most) {
        int length = inflater.inflate(bytes, 0, bytes.length, most);
        return switch (length) {
            case TextInflater.MALFORMED -> "malformed";
            case TextInflater.TOO_LONG -> "too long";
            default -> new String(inflater.result(), 0, length, StandardCharsets.UTF_8);
        };
    }

    private static String random(Random random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(1 << 20) : random.nextInt(60_000);
        StringBuilder text = new StringBuilder(length);
        int kinds = 1 + random.nextInt(90);
        while (text.length() < length) {
            text.append((char) (' ' + random.nextInt(kinds)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    void shouldInflateOneTextAfterTheOther(Wrapper wrapper) {
        long seed = System.nanoTime();
        System.out.printf("[inflate] %s seed %d%n", wrapper, seed);
        Random random = new Random(seed);
        TextInflater inflater = new TextInflater(wrapper);
        for (int i = 0; i < 25; i++) {
            String text = random(random);
            byte[] packed = packing(wrapper).apply(text);
            byte[] among = new byte[packed.length + 9];
            random.nextBytes(among);
            System.arraycopy(packed, 0, among, 4, packed.length);

            int length = inflater.inflate(among, 4, packed.length, MOST);

            assertThat(new String(inflater.result(), 0, Math.max(0, length), StandardCharsets.UTF_8).equals(text))
                    .isTrue();
        }
        assertThat(inflated(inflater, packing(wrapper).apply(""), MOST)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRejectWhatIsIncompleteOrHasMoreBehindIt(Wrapper wrapper) {
        TextInflater inflater = new TextInflater(wrapper);
        String text = random(new Random(7)).substring(0, 300);
        byte[] packed = packing(wrapper).apply(text);
        for (int length = 0; length < packed.length; length++) {
            assertThat(inflated(inflater, Arrays.copyOf(packed, length), MOST)).isEqualTo("malformed");
        }
        assertThat(inflated(inflater, Arrays.copyOf(packed, packed.length + 1), MOST))
                .isEqualTo("malformed");
        assertThat(inflated(inflater, packed, MOST)).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRejectWhatIsTooLong(Wrapper wrapper) {
        TextInflater inflater = new TextInflater(wrapper);
        byte[] bomb = packing(wrapper).apply("0".repeat(20 << 20));
        assertThat(bomb.length).isLessThan(100_000);

        assertThat(inflated(inflater, bomb, MOST)).isEqualTo("too long");
        assertThat(inflater.result().length).isLessThanOrEqualTo(MOST + 1);
        for (int most : new int[] {0, 1, 99, 16_383, 16_384, 16_385, 40_000, 1 << 20}) {
            assertThat(inflated(inflater, packing(wrapper).apply("0".repeat(most)), most))
                    .hasSize(most);
            assertThat(inflated(inflater, packing(wrapper).apply("0".repeat(most + 1)), most))
                    .isEqualTo("too long");
        }
        assertThat(inflated(inflater, packing(wrapper).apply("next"), MOST)).isEqualTo("next");
        assertThat(inflater.result().length).as("kept").isLessThanOrEqualTo(1 << 20);
    }

    /** One changed byte never goes unnoticed where there is a checksum, and never does harm. */
    @ParameterizedTest
    @EnumSource
    void shouldBearGarbage(Wrapper wrapper) {
        TextInflater inflater = new TextInflater(wrapper);
        Random random = new Random(11);
        String text = random(random).substring(0, 2_000);
        byte[] packed = packing(wrapper).apply(text);
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = packed.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            String result = inflated(inflater, changed, MOST);
            assertThat(wrapper == Wrapper.NONE || result.equals("malformed") || result.equals(text))
                    .isTrue();
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            inflated(inflater, noise, MOST);
        }
        assertThat(inflated(inflater, packed, MOST)).isEqualTo(text);
    }

    @Test
    void shouldReadWhatAGzipHeaderMayHold() {
        TextInflater inflater = new TextInflater(Wrapper.GZIP);
        byte[] packed = Packed.gzip("text");
        byte[] extra = {3, 0, 'a', 'b', 'c'};
        byte[] name = {'n', 0};
        byte[] comment = {'c', 'c', 0};
        byte[] checksum = {1, 2};

        assertThat(inflated(inflater, withHeader(packed, EXTRA, extra), MOST)).isEqualTo("text");
        assertThat(inflated(inflater, withHeader(packed, NAME, name), MOST)).isEqualTo("text");
        assertThat(inflated(
                        inflater,
                        withHeader(packed, EXTRA | NAME | COMMENT | HEADER_CHECKSUM, extra, name, comment, checksum),
                        MOST))
                .isEqualTo("text");
        assertThat(inflated(inflater, withHeader(packed, 0x20), MOST)).isEqualTo("malformed");
        assertThat(inflated(inflater, withHeader(packed, EXTRA, new byte[] {-1, -1}), MOST))
                .isEqualTo("malformed");
        byte[] endless = new byte[40];
        Arrays.fill(endless, (byte) 'n');
        byte[] named = withHeader(Arrays.copyOf(packed, 10), NAME, endless);
        assertThat(inflated(inflater, named, MOST)).isEqualTo("malformed");
    }

    private static byte[] withHeader(byte[] packed, int flags, byte[]... parts) {
        int added = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[packed.length + added];
        System.arraycopy(packed, 0, all, 0, 10);
        all[3] = (byte) flags;
        int at = 10;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        System.arraycopy(packed, 10, all, at, packed.length - 10);
        return all;
    }
}
