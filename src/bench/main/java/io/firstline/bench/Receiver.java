package io.firstline.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;

/** A client of one {@link Variant}. Its methods may be called from any thread and return futures. */
interface Receiver {
    /**
     * The state of a client.
     *
     * @param live open connections
     * @param copies copies received on all of them
     * @param dropped messages that were not passed on
     * @param replaced connections that were evicted or lost
     */
    record Standing(int live, long copies, long dropped, long replaced) {
        static final Standing NONE = new Standing(0, 0, 0, 0);

        Standing plus(Standing other) {
            return new Standing(
                    live + other.live, copies + other.copies, dropped + other.dropped, replaced + other.replaced);
        }
    }

    /** A consumer and its context. */
    record Consumer(Context context, Consumption consumption) {}

    /** Opens the connections; completes no earlier than the first ones are open. */
    Future<Void> open();

    Future<Standing> standing();

    /** The consumers; empty if copies are only counted. */
    List<Consumer> consumers();

    Future<Void> close();
}
