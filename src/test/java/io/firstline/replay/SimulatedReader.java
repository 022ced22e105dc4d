package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A {@link FeedSubscription} without its event bus: the shipped {@link GapFiller} with the same settings, for
 * simulations in other packages. Times are nanoseconds of a virtual clock.
 */
public final class SimulatedReader {
    private static final GapFiller.Settings SETTINGS = new GapFiller.Settings(
            TimeUnit.MILLISECONDS.toNanos(SubscriptionOptions.DEFAULT_GAP_TIMEOUT_MS),
            TimeUnit.MILLISECONDS.toNanos(200),
            new Volume(16_384, 16 << 20),
            16_384,
            TimeUnit.SECONDS.toNanos(10));

    private final GapFiller gapFiller;
    private ReplayRequest open;

    /** A request to the owner. */
    public record Question(int epoch, long from, long to) {}

    public SimulatedReader(Consumer<FeedMessage> delivered, Consumer<Loss> lost) {
        gapFiller = new GapFiller(SETTINGS, false, new GapFiller.Receiver() {
            @Override
            public void deliver(FeedMessage message) {
                delivered.accept(message);
            }

            @Override
            public void lost(Loss loss) {
                lost.accept(loss);
            }
        });
    }

    public void arrived(FeedMessage message, long nowNanos) {
        gapFiller.arrived(message, nowNanos);
    }

    /** Time has passed. */
    public void passed(long nowNanos) {
        gapFiller.passed(nowNanos);
    }

    /** Returns the request to send now; null = none. It must be answered before the next. */
    public Question question(long nowNanos) {
        ReplayRequest request = gapFiller.request(nowNanos);
        open = request == null ? open : request;
        return request == null ? null : new Question(request.epoch(), request.from(), request.to());
    }

    /** The open request is answered; null = it is not. */
    public void answered(ReplayResponse answer, long nowNanos) {
        if (answer == null) {
            gapFiller.unanswered(open, false, nowNanos);
        } else {
            gapFiller.answered(open, answer, nowNanos);
        }
    }

    @Override
    public String toString() {
        return gapFiller.toString();
    }
}
