package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackedMessagesTest {
    private static final int NUMBERS = MessageEntries.NUMBERS;

    /** Each number of a page is constant, even, small, a mask or anything. */
    private static long[] page(SplittableRandom random) {
        long[] page = new long[MessageEntries.PAGE_SIZE * NUMBERS];
        for (int number = 0; number < NUMBERS; number++) {
            int kind = random.nextInt(6);
            long base = random.nextLong() >> random.nextInt(Long.SIZE);
            int bits = random.nextInt(Long.SIZE);
            for (int index = 0; index < MessageEntries.PAGE_SIZE; index++) {
                page[MessageEntries.place(index, number)] = value(random, kind, base, bits, index);
            }
        }
        return page;
    }

    private static long value(SplittableRandom random, int kind, long base, int bits, int index) {
        return switch (kind) {
            case 0 -> base;
            case 1 -> base + index * ServerOrder.GAP;
            case 2 -> base + random.nextInt(200) * ServerOrder.GAP;
            case 3 -> base + (random.nextLong() >>> bits);
            case 4 -> random.nextInt(9) == 0 ? base ^ 1L << bits : base;
            default -> random.nextLong();
        };
    }

    @Test
    void shouldKeepEveryNumberThroughAllChanges() {
        Long given = Long.getLong("firstline.seed");
        long seed = given != null ? given : System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        PackedMessages packed = new PackedMessages();
        for (int round = 0; round < 400; round++) {
            long[] page = page(random);
            packed.pack(page);
            assertSame(packed, page, seed);
            for (int change = 0; change < 60; change++) {
                change(packed, page, random);
            }
            assertSame(packed, page, seed);
        }
    }

    private static void change(PackedMessages packed, long[] page, SplittableRandom random) {
        int number = random.nextInt(NUMBERS);
        int index = random.nextInt(MessageEntries.PAGE_SIZE);
        int other = random.nextInt(MessageEntries.PAGE_SIZE);
        if (number <= MessageEntries.PLACED_BY && random.nextInt(20) == 0) {
            long unwanted = random.nextLong();
            packed.clear(number, unwanted);
            for (int each = 0; each < MessageEntries.PAGE_SIZE; each++) {
                page[MessageEntries.place(each, number)] &= ~unwanted;
            }
            return;
        }
        long value = random.nextInt(10) == 0 ? random.nextLong() : page[MessageEntries.place(other, number)];
        boolean fits = packed.set(number, index, value);
        page[MessageEntries.place(index, number)] = value;
        if (!fits || number == MessageEntries.FACTS || number == MessageEntries.FIRST_NANOS) {
            packed.pack(page); // the own time depends on these two
        }
    }

    private static void assertSame(PackedMessages packed, long[] page, long seed) {
        long[] unpacked = new long[page.length];
        packed.unpack(unpacked);
        assertThat(unpacked).as("-Dfirstline.seed=%d", seed).isEqualTo(page);
    }
}
