package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The parts without socket and clock. */
class SimulatorPartsTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void shouldAllowSoManyFramesInAnySecondAndNoMore() {
        FrameAllowance budget = new FrameAllowance(3);

        assertThat(budget.take(0)).isTrue();
        assertThat(budget.take(100)).isTrue();
        assertThat(budget.take(200)).isTrue();
        assertThat(budget.take(SECOND_NS - 1)).isFalse();
        assertThat(new FrameAllowance(0).take(0)).isTrue();
    }

    @Test
    void shouldSlideTheWindowOfTheFrameBudget() {
        FrameAllowance budget = new FrameAllowance(2);

        for (int frame = 0; frame < 100; frame++) {
            assertThat(budget.take(frame * SECOND_NS / 2)).as("frame %d", frame).isTrue();
        }
        assertThat(budget.take(99 * SECOND_NS / 2 + 1)).isFalse();
    }

    @Test
    void shouldAcceptOnlyAPongThatCopiesAWaitingPing() {
        PongWatch watch = new PongWatch(1_000);
        watch.pinged(bytes("a"), 10);
        watch.pinged(bytes("b"), 20);
        watch.pinged(bytes("c"), 30);

        watch.ponged(bytes(""));
        assertThat(watch.deadlineNs()).isEqualTo(1_010);
        watch.ponged(bytes("b"));
        assertThat(watch.deadlineNs()).as("a PONG answers earlier pings too").isEqualTo(1_030);
        watch.ponged(bytes("c"));
        assertThat(watch.isWaiting()).isFalse();
    }

    @Test
    void shouldDrawEachJitterFromItsDistribution() {
        assertThat(meanMs(Jitter.NONE)).isZero();
        assertThat(meanMs(Jitter.UNIFORM)).isCloseTo(5, within(0.2));
        assertThat(meanMs(Jitter.EXPONENTIAL)).isCloseTo(10, within(0.5));
        assertThat(meanMs(Jitter.LOG_NORMAL)).as("e^½ times the median").isCloseTo(16.5, within(1.0));
    }

    private static double meanMs(Jitter jitter) {
        SplittableRandom random = new SplittableRandom(7);
        return random.ints(50_000)
                .mapToDouble(i -> jitter.drawMs(10, random))
                .peek(ms -> assertThat(ms).isNotNegative())
                .average()
                .orElseThrow();
    }

    @Test
    void shouldReadTheVenuesPaths() {
        assertThat(RequestRoute.parse("/ws/btcusdt@trade/ethusdt@depth@100ms")).hasValueSatisfying(route -> {
            assertThat(route.venue()).isEqualTo(SimulatedVenue.SPOT);
            assertThat(route.combined()).isFalse();
            assertThat(route.form()).isEqualTo(DataForm.SPOT_MILLIS);
            assertThat(route.streams()).containsExactly("btcusdt@trade", "ethusdt@depth@100ms");
        });
        assertThat(RequestRoute.parse("/public/stream?streams=a%40trade/b@trade/&timeUnit=MICROSECOND"))
                .hasValueSatisfying(route -> {
                    assertThat(route.venue()).isEqualTo(SimulatedVenue.PUBLIC);
                    assertThat(route.combined()).isTrue();
                    assertThat(route.form()).isEqualTo(DataForm.FUTURES_MICROS);
                    assertThat(route.streams()).containsExactly("a@trade", "b@trade");
                });
        assertThat(RequestRoute.parse("/market/ws")).hasValueSatisfying(route -> {
            assertThat(route.venue()).isEqualTo(SimulatedVenue.MARKET);
            assertThat(route.streams()).isEmpty();
        });
        assertThat(RequestRoute.parse("/stream"))
                .hasValueSatisfying(route -> assertThat(route.combined()).isTrue());
        for (String unknown :
                List.of("/", "/wsx", "/streams", "/private/ws", "/public", "/publicity/ws", "/stream/a@trade")) {
            assertThat(RequestRoute.parse(unknown)).as(unknown).isEmpty();
        }
    }

    @Test
    void shouldWriteEveryLengthOfFrameAsRfc6455Does() {
        assertThat(frame(0)).startsWith(0x81, 0);
        assertThat(frame(125)).startsWith(0x81, 125).hasSize(127);
        assertThat(frame(126)).startsWith(0x81, 126, 0, 126).hasSize(130);
        assertThat(frame(65_535)).startsWith(0x81, 126, 0xFF, 0xFF);
        assertThat(frame(65_536)).startsWith(0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0).hasSize(65_546);
        assertThat(WireFrame.binary(new byte[1]).toByteBuf().getUnsignedByte(0)).isEqualTo((short) 0x82);
    }

    private static int[] frame(int length) {
        WireFrame frame = WireFrame.text(new byte[length]);
        int[] bytes = new int[frame.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = frame.toByteBuf().getUnsignedByte(i);
        }
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
