package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A {@link FeedSubscription} without its event bus: the shipped readers with the same settings, for
 * simulations in other packages. Times are nanoseconds of a virtual clock.
 */
public final class SimulatedReader {
    private static final GapFiller.Settings SETTINGS = new GapFiller.Settings(
            TimeUnit.MILLISECONDS.toNanos(SubscriptionOptions.DEFAULT_GAP_TIMEOUT_MS),
            TimeUnit.MILLISECONDS.toNanos(200),
            new Volume(16_384, 16 << 20),
            16_384,
            TimeUnit.SECONDS.toNanos(10));

    private final LineReader reader;

    /** A request to a node. */
    public record Question(LineRequest request) {
        /** Returns the line whose messages it requests; null = those of the owner. */
        public String line() {
            return request.line();
        }

        public int epoch() {
            return request.request().epoch();
        }

        public long from() {
            return request.request().from();
        }

        public long to() {
            return request.request().to();
        }
    }

    /** @param merges whether it merges the nodes instead of reading the owner */
    public SimulatedReader(boolean merges, Consumer<FeedMessage> delivered, Consumer<Loss> lost) {
        GapFiller.Receiver receiver = new GapFiller.Receiver() {
            @Override
            public void deliver(FeedMessage message) {
                delivered.accept(message);
            }

            @Override
            public void lost(Loss loss) {
                lost.accept(loss);
            }
        };
        reader = merges
                ? new MergedReader(SETTINGS, receiver)
                : new OwnerReader(new GapFiller(SETTINGS, false, receiver));
    }

    public void arrived(String line, FeedMessage message, long nowNanos) {
        reader.arrived(line, message, nowNanos);
    }

    /** Time has passed. */
    public void passed(long nowNanos) {
        reader.passed(nowNanos);
    }

    /** Returns a request to send now; null = none. It must be answered. */
    public Question question(long nowNanos) {
        LineRequest request = reader.request(nowNanos);
        return request == null ? null : new Question(request);
    }

    /** A request is answered; null = it is not. */
    public void answered(Question question, ReplayResponse answer, long nowNanos) {
        if (answer == null) {
            reader.unanswered(question.request(), false, nowNanos);
        } else {
            reader.answered(question.request(), answer, nowNanos);
        }
    }

    @Override
    public String toString() {
        return reader.toString();
    }
}
