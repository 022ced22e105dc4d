package io.firstline.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;

/** A client of one {@link Variant}. Its methods are called from outside and answer with futures. */
interface Receiver {
    /**
     * Where it stands.
     *
     * @param live connections
     * @param copies received on all of them
     * @param dropped messages that were not passed on
     * @param replaced connections that were closed on purpose, or lost
     */
    record Standing(int live, long copies, long dropped, long replaced) {
        static final Standing NONE = new Standing(0, 0, 0, 0);

        Standing plus(Standing other) {
            return new Standing(
                    live + other.live, copies + other.copies, dropped + other.dropped, replaced + other.replaced);
        }
    }

    /** A consumer, and where it runs. */
    record Consumer(Context context, Consumption consumption) {}

    /** Opens the connections; completes when the first ones are open, at the earliest. */
    Future<Void> open();

    Future<Standing> standing();

    /** None if copies are only counted. */
    List<Consumer> consumers();

    Future<Void> close();
}
