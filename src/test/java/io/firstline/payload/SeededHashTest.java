package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeededHashTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final SeededHash hash = new SeededHash(random);

    private long hashOf(byte[] bytes, boolean text) {
        byte[] within = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, within, 3, bytes.length);
        return hash.of(new Payload().over(within, 3, bytes.length, text));
    }

    @Test
    void shouldChangeHalfOfTheBitsWithEachBitAndLength() {
        for (int length = 0; length < 100; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            long before = hashOf(bytes, true);
            assertThat(hashOf(bytes, false)).isNotEqualTo(before);
            Set<Long> all = new HashSet<>();
            long changed = 0;
            for (int bit = 0; bit < 8 * length; bit++) {
                bytes[bit / 8] ^= (byte) (1 << (bit % 8));
                long after = hashOf(bytes, true);
                changed += Long.bitCount(before ^ after);
                all.add(after);
                bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            }
            assertThat(all)
                    .as("seed %d, length %d", seed, length)
                    .hasSize(8 * length)
                    .doesNotContain(before);
            if (length > 4) {
                double mean = (double) changed / (8 * length);
                assertThat(mean).as("seed %d, length %d", seed, length).isBetween(26.0, 38.0);
            }
        }
    }

    @Test
    void shouldDistinguishZeros() {
        Set<Long> all = new HashSet<>();
        for (int length = 0; length < 300; length++) {
            all.add(hashOf(new byte[length], true));
        }
        assertThat(all).as("seed %d", seed).hasSize(300);
    }

    /** Numbers of 300,000 messages: with 48 bits of a hash, two are equal in one run of 6,000. */
    @Test
    void shouldDistinguishMessagesThatDifferInDigits() {
        Set<Long> low = new HashSet<>();
        Set<Long> high = new HashSet<>();
        for (int i = 0; i < 300_000; i++) {
            String message = "{\"e\":\"bookTicker\",\"u\":" + (1_680_652_700_000L + i)
                    + ",\"s\":\"BTCUSDT\",\"b\":\"27423.10\",\"B\":\"5." + (100 + i % 900) + "\",\"E\":1680652700430}";
            long each = hashOf(message.getBytes(StandardCharsets.UTF_8), true);
            low.add(each & 0xFFFF_FFFF_FFFFL);
            high.add(each >>> 16);
        }
        assertThat(low.size()).as("seed %d", seed).isGreaterThanOrEqualTo(299_998);
        assertThat(high.size()).as("seed %d", seed).isGreaterThanOrEqualTo(299_998);
    }

    @Test
    void shouldDependOnItsKeys() {
        Payload payload = new Payload().over(new byte[20], 0, 20, true);
        assertThat(new SeededHash().of(payload)).isNotEqualTo(new SeededHash().of(payload));
    }
}
