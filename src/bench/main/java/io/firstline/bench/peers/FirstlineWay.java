package io.firstline.bench.peers;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Line;
import io.firstline.config.venue.Venue;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The work of a pool for a copy, without its connections: for the cost. */
final class FirstlineWay implements Way {
    static final String BY_KEY = "Firstline, by key";
    static final String BY_BYTES = "Firstline, by bytes";

    private static final ArbiterSettings SETTINGS = new ArbiterSettings(
            16_384,
            TimeUnit.SECONDS.toNanos(60),
            TimeUnit.MILLISECONDS.toNanos(2_500),
            TimeUnit.MILLISECONDS.toNanos(250));

    private final MessageReader reader;
    private final ArrivingCopy arriving;
    private final Payload payload = new Payload();
    private final List<Line> lines = new ArrayList<>();
    private final Arbiter<OutgoingCopy> arbiter;
    private boolean first;

    FirstlineWay(Venue venue, int lineCount) {
        reader = new MessageReader(venue.format(), new StreamTable(List.of()), MessageReader.KNOWN_FRAMES);
        arriving = reader.newCopy((frame, items, item) -> frame);
        arbiter = new Arbiter<>(SETTINGS, new Arbiter.Output<>() {
            @Override
            public void first(Line line, OutgoingCopy message, boolean late) {
                first = true;
            }

            @Override
            public void inStep(Line line, boolean alone) {}

            @Override
            public void outOfStep(Line line) {}

            @Override
            public void conflict(Line line, int stream) {}
        });
        for (int i = 0; i < lineCount; i++) {
            lines.add(arbiter.join(0, 0));
        }
    }

    @Override
    public boolean passes(int line, byte[] copy, long nowNanos) {
        first = false;
        arriving.of("c", payload.over(Buffer.buffer(copy), true), nowNanos);
        if (!reader.recalls(arriving, Integer.MAX_VALUE)) {
            reader.read(arriving, null);
            reader.remember(arriving);
        }
        arbiter.copy(lines.get(line), arriving, nowNanos);
        return first;
    }
}
