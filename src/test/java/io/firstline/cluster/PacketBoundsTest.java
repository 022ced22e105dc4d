package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The announced lengths of packets to Hazelcast, however the packets are split. */
class PacketBoundsTest {
    private static final int HEAD = 11;

    private static void packet(ByteBuffer to, int announced, int bytes) {
        to.put((byte) 4).putChar((char) 0).putInt(-1).putInt(announced).put(new byte[bytes]);
    }

    @Test
    void shouldFindWhatAnnouncesTooMuchBehindAnyNumberOfGoodPackets() {
        long seed = System.nanoTime();
        System.out.println("[packets] seed " + seed);
        Random random = new Random(seed);
        for (int refused : new int[] {Integer.MAX_VALUE - 1, HazelcastNode.MOST_PACKET_BYTES + 1, -1}) {
            ByteBuffer sent = ByteBuffer.allocate(1 << 20);
            for (int i = 0; i < 100; i++) {
                int bytes = random.nextInt(300);
                packet(sent, bytes, bytes);
            }
            packet(sent, refused, 0);
            sent.flip();
            assertThat(firstRefused(sent, random)).as("seed %d", seed).isEqualTo(refused);
        }
    }

    /** Reads like Hazelcast: the start of an incomplete head stays in the buffer. */
    private static int firstRefused(ByteBuffer sent, Random random) {
        HazelcastNode.PacketBounds bounds = new HazelcastNode.PacketBounds();
        int left = 0; // the rest of the present packet
        int from = 0;
        int to = 0;
        while (to < sent.limit()) {
            to = Math.min(sent.limit(), to + 1 + random.nextInt(50));
            int refused = bounds.firstRefused(sent.duplicate().position(from).limit(to));
            if (refused != HazelcastNode.PacketBounds.NONE) {
                return refused;
            }
            while (true) {
                int taken = Math.min(left, to - from);
                left -= taken;
                from += taken;
                if (left > 0 || to - from < HEAD) {
                    break;
                }
                left = sent.getInt(from + HEAD - Integer.BYTES);
                from += HEAD;
            }
        }
        return HazelcastNode.PacketBounds.NONE;
    }
}
