package io.firstline.arbitration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class MessageEntriesTest {
    private static void add(MessageEntries entries, int count) {
        for (int i = 0; i < count; i++) {
            if (entries.count() == entries.size()) {
                entries.grow();
            }
            long next = entries.newest() + 1;
            entries.label(entries.add(next * 31, 0, 0, 3, next), next * 7);
        }
    }

    private static void remove(MessageEntries entries, int count) {
        for (int i = 0; i < count; i++) {
            entries.removeOldest();
        }
    }

    @Test
    void shouldKeepEveryEntryWhileThePagesChangeAndTheRingGrows() {
        MessageEntries entries = new MessageEntries(256);
        add(entries, 200);
        remove(entries, 190);
        for (int round = 0; round < 12; round++) {
            add(entries, 700);
            remove(entries, round < 6 ? 300 : 1_000);
            for (long each = entries.oldest(); each <= entries.newest(); each++) {
                assertEquals(each * 31, entries.hash(each));
                assertEquals(each, entries.firstNanos(each));
                assertEquals(each * 7, entries.label(each));
                assertEquals(1 << 3, entries.deliveredBy(each));
            }
        }
    }

    @Test
    void shouldTakeNoMarkForAForgottenEntry() {
        MessageEntries entries = new MessageEntries(512);
        add(entries, 256);
        remove(entries, 256);
        add(entries, 256);
        remove(entries, 256);
        add(entries, 1); // in the third page

        entries.markDelivered(1, 5);
        entries.label(1, 9);

        assertEquals(0, entries.deliveredBy(1));
        assertEquals(0, entries.label(1));
        assertTrue(entries.isDeliveredBy(513, 3));
        assertFalse(entries.isDeliveredBy(513, 5));
        assertEquals(513 * 7, entries.label(513));
    }

    /** Entries arrive 50 ms apart: 13 s a page. */
    @Test
    void shouldTakeMarksForEntriesOfPackedPages() {
        MessageEntries entries = new MessageEntries(2_048);
        for (int i = 1; i <= 2_000; i++) {
            entries.previous(entries.add(31L * i, 0, 7, i % 5, 50_000_000L * i), i - 1);
        }
        for (int sequence = 1; sequence <= 2_000; sequence += 3) {
            entries.markDelivered(sequence, 63);
            entries.markPlaced(sequence, 0);
            entries.forgetWinner(sequence);
        }
        remove(entries, 1_000);
        entries.release(2);

        assertEquals(0, entries.deliveredBy(1), "its page has been left");
        assertEquals(0, entries.previous(1_001), "forgotten");
        for (int sequence = 1_001; sequence <= 2_000; sequence++) {
            boolean marked = sequence % 3 == 1;
            long released = sequence % 5 == 2 ? 0 : 1L << sequence % 5;
            assertEquals(31L * sequence, entries.hash(sequence));
            assertEquals(50_000_000L * sequence, entries.firstNanos(sequence));
            assertEquals(7, entries.stream(sequence));
            assertEquals(marked ? released | 1L << 63 : released, entries.deliveredBy(sequence));
            assertEquals(marked ? 1 : 0, entries.placedBy(sequence));
            assertEquals(released == 0 ? -1 : sequence % 5, entries.publisher(sequence));
            assertEquals(released == 0 || marked ? -1 : sequence % 5, entries.winner(sequence));
        }
        assertEquals(1_001, entries.previous(1_002));
    }

    /** A burst of messages then waits neither for packing nor for new memory. */
    @Test
    void shouldPackAheadIntoMemoryThatIsUsedAgain() {
        MessageEntries entries = new MessageEntries(4_096);
        for (int i = 1; i <= 1_100; i++) {
            entries.add(i, 0, 0, 0, i);
        }
        entries.packOld(3_000_000_000L);

        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 1_101; i <= 2_000; i++) {
            entries.add(i, 0, 0, 0, 3_000_000_000L + i);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 5_000, () -> allocated + " bytes");
    }
}
