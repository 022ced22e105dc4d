package io.firstline.feed;

import io.firstline.config.venue.Opening;
import io.firstline.connection.Scheduler;
import io.firstline.feed.message.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Takes a connection from its opening until it is subscribed: sends the messages that the venue expects first, waits
 * for the message that announces a ready server, then sends the first requests. Runs on the feed's context.
 */
final class ConnectionOpening {
    /**
     * Frames a second if the server's limit is not known: the lowest limits of venues are 5 to 10, which their
     * profiles define.
     */
    private static final int FRAMES_PER_SECOND = 20;

    private final Opening opening;
    private final FeedEventLog eventLog;
    private final Scheduler scheduler;
    private final IntSupplier framesPerSecond;

    /**
     * Creates the opening of all connections of a feed.
     *
     * @param framesPerSecond how many frames the server accepts in a second; 0 = not known
     */
    ConnectionOpening(Opening opening, FeedEventLog eventLog, Scheduler scheduler, IntSupplier framesPerSecond) {
        this.opening = opening;
        this.eventLog = eventLog;
        this.scheduler = scheduler;
        this.framesPerSecond = framesPerSecond;
    }

    /** Writes messages on a connection. */
    interface Writes {
        List<Supplier<Future<Void>>> on(PooledConnection pooled);
    }

    /**
     * Begins on a connection that has just opened; fails if a message could not be written.
     *
     * @param requests the feed's first messages and its requests; asked for when they may be sent
     */
    Future<Void> begin(PooledConnection pooled, Writes requests) {
        List<Supplier<Future<Void>>> greetings = greetings(pooled);
        if (!opening.waits()) {
            greetings.addAll(first(pooled, requests));
            return paced(pooled, greetings, 0).onSuccess(v -> pooled.readiness.end());
        }
        Future<Void> greeted = paced(pooled, greetings, 0);
        Future<Void> asked = ready(pooled)
                .compose(any -> pooled.isLive()
                        ? paced(pooled, first(pooled, requests), 0).onSuccess(v -> pooled.readiness.end())
                        : Future.succeededFuture()); // the end of the connection is reported
        return Future.all(greeted, asked).mapEmpty();
    }

    /** Returns the messages that the venue expects first. */
    private List<Supplier<Future<Void>>> greetings(PooledConnection pooled) {
        List<Supplier<Future<Void>>> writes = new ArrayList<>();
        for (int i = 0; i < opening.onConnect().size(); i++) {
            int index = i;
            writes.add(
                    () -> pooled.connection.send(opening.message(index, index + 1, scheduler.epochMicros() / 1_000)));
        }
        return writes;
    }

    private static List<Supplier<Future<Void>>> first(PooledConnection pooled, Writes requests) {
        pooled.readiness.begin();
        return requests.on(pooled);
    }

    /** Returns what completes when the server is ready, or has had the time for it. */
    private Future<Boolean> ready(PooledConnection pooled) {
        long timer = scheduler.once(opening.readyMs(), () -> {
            boolean late = pooled.readiness.expired() && !opening.ready().isNone();
            if (late && pooled.isLive()) {
                eventLog.protocolDiffers(
                        pooled,
                        ProtocolProblem.NOT_READY,
                        "the message that requests wait for (ready) did not arrive within " + opening.readyMs()
                                + " ms; they are sent now");
            }
        });
        return pooled.readiness.await().onComplete(any -> scheduler.cancel(timer));
    }

    /**
     * Sends a second's worth now and the rest later: servers close a connection that begins with hundreds of frames.
     */
    private Future<Void> paced(PooledConnection pooled, List<Supplier<Future<Void>>> writes, int from) {
        int perSecond = framesPerSecond.getAsInt() > 0 ? framesPerSecond.getAsInt() : FRAMES_PER_SECOND;
        int to = Math.min(writes.size(), from + perSecond);
        Future<Void> written = Future.all(
                        writes.subList(from, to).stream().map(Supplier::get).toList())
                .mapEmpty();
        if (to == writes.size()) {
            return written;
        }
        Promise<Void> second = Promise.promise();
        scheduler.once(1_000, second::complete);
        // messages that wait for a limit must not fill the queue
        return Future.all(written, second.future())
                .compose(done -> pooled.isLive()
                        ? paced(pooled, writes, to)
                        : Future.succeededFuture()); // the end of the connection is reported
    }

    /** Whether a reply is about one of the messages that the venue expects first; its rejection is reported. */
    boolean replied(PooledConnection pooled, Reply reply) {
        boolean known = reply.id() > 0 && reply.id() <= opening.onConnect().size();
        if (known && reply.refusal() != null) {
            eventLog.serverError(pooled, List.of(), pooled.shown(reply.refusal()));
        }
        return known;
    }
}
