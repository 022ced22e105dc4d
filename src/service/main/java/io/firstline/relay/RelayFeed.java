package io.firstline.relay;

import io.firstline.bus.FeedSink;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.service.RelayLimits;
import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.netty.channel.EventLoop;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed at the relay. Its messages are handed over from the loops of the feed's pools to the loop of the relay,
 * which writes all that has arrived in one turn with one flush for each client. Without clients nothing is handed over.
 *
 * <p>{@link #publish} is called on the pools' loops, everything else on the relay's.
 */
final class RelayFeed implements FeedSink {
    private static final Logger LOG = LoggerFactory.getLogger(RelayFeed.class);
    private static final int MAX_WAITING = 65_536;
    private static final long MAX_WAITING_BYTES = 128L << 20;
    /** Messages of one turn, so that other feeds and requests get their turns too. */
    private static final int TURN = 1_024;

    private final String name;
    private final EventLoop loop;
    private final LongSupplier nanos;
    private final RelayFigures figures;

    private final Queue<FeedMessage> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean hasClients;
    /** The sequence of the last message that was handed over, or need not be. */
    private volatile long lastSequence;

    private final FrameEncoder encoder = new FrameEncoder();
    private final Set<RelayClient> clients = new LinkedHashSet<>();
    private final Map<RelayClient, Audience.Key> places = new HashMap<>();
    private final Map<Object, FormAudiences> forms = new HashMap<>();
    private final List<Audience> inTurn = new ArrayList<>();
    /** By stream: those that wait for its next message. */
    private final Map<String, List<Promise<Void>>> firstMessages = new HashMap<>();
    /** For clients that wait for snapshots. */
    private final List<HeldStreams> held = new ArrayList<>();
    /** Actions that wait until everything up to a sequence has been received. */
    private final List<Awaiting> awaiting = new ArrayList<>();

    private final RejectionLog closings;
    private Consumer<RelayClient> onLeave = client -> {};

    private record Awaiting(long sequence, Runnable action) {}

    /**
     * Starts without clients.
     *
     * @param loop the relay's event loop
     */
    RelayFeed(String name, EventLoop loop, LongSupplier nanos, RelayFigures figures) {
        this.name = name;
        this.loop = loop;
        this.nanos = nanos;
        this.figures = figures;
        this.closings = new RejectionLog(LOG, nanos);
    }

    /** Called when a client leaves; set it before the first one comes. */
    void onLeave(Consumer<RelayClient> handler) {
        onLeave = handler;
    }

    String name() {
        return name;
    }

    RelayFigures figures() {
        return figures;
    }

    // on the pools' loops

    @Override
    public void publish(FeedMessage message) {
        if (!hasClients) {
            lastSequence = message.sequence();
            return;
        }
        int length = message.length();
        if (waiting.get() >= MAX_WAITING || waitingBytes.get() >= MAX_WAITING_BYTES) {
            dropped.incrementAndGet(); // the next turn reports it
            return;
        }
        waiting.incrementAndGet();
        waitingBytes.addAndGet(length);
        arrived.add(message);
        lastSequence = message.sequence(); // after the message itself
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(this::turn);
        }
    }

    @Override
    public void publish(FeedEvent event) {
        // clients get the venue's messages only
    }

    // on the relay's loop

    private void turn() {
        scheduled.set(false);
        long now = nanos.getAsLong();
        for (int i = 0; i < TURN; i++) {
            FeedMessage message = arrived.poll();
            if (message == null) {
                break;
            }
            waiting.decrementAndGet();
            waitingBytes.addAndGet(-message.length());
            if (!firstMessages.isEmpty()) {
                announce(message.stream(), now);
            }
            for (FormAudiences form : forms.values()) {
                form.append(message, inTurn, now);
            }
            for (int hold = 0; hold < held.size(); hold++) {
                held.get(hold).add(message);
            }
        }
        endTurn(now);
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            lost(lost, now);
        }
        if (!arrived.isEmpty() && scheduled.compareAndSet(false, true)) {
            loop.execute(this::turn);
        }
        lookAtAwaiting();
    }

    /** Runs an action when everything up to a sequence of the feed has been received here. */
    void whenReceived(long sequence, Runnable action) {
        awaiting.add(new Awaiting(sequence, action));
        lookAtAwaiting();
    }

    private void lookAtAwaiting() {
        if (awaiting.isEmpty()) {
            return;
        }
        long last = lastSequence; // before the look at what has arrived
        if (arrived.isEmpty()) {
            List<Awaiting> due =
                    awaiting.stream().filter(each -> each.sequence() <= last).toList();
            awaiting.removeAll(due);
            due.forEach(each -> each.action().run());
        }
    }

    /** Keeps what arrives of some streams for a client that waits for snapshots. */
    HeldStreams hold(RelayClient client, Collection<String> shown, RelayLimits limits) {
        HeldStreams hold = new HeldStreams(client, shown, limits);
        held.add(hold);
        return hold;
    }

    /** Ends {@link #hold}. */
    void release(HeldStreams hold) {
        held.remove(hold);
    }

    /** Writes messages to one client only, in this order. */
    void deliver(RelayClient client, List<FeedMessage> messages) {
        FrameBatch batch = new FrameBatch();
        for (FeedMessage message : messages) {
            byte[] payload = client.session().payload(message);
            if (payload != null) {
                if (client.isCompressed()) {
                    encoder.appendCompressed(batch.end(), payload, message.text());
                } else {
                    FrameEncoder.append(batch.end(), payload, message.text());
                }
                batch.appended(message.late() ? null : client.session().streamOf(message));
            }
        }
        if (batch.messages() > 0) {
            client.deliver(batch, nanos.getAsLong());
            client.flush();
        }
        batch.release();
    }

    private void endTurn(long nowNanos) {
        inTurn.forEach(audience -> audience.endTurn(nowNanos));
        inTurn.clear();
    }

    /** Its clients may be placed anew, so those of the present places get the earlier messages first. */
    private void announce(String stream, long nowNanos) {
        List<Promise<Void>> waiting = firstMessages.remove(stream);
        if (waiting != null) {
            endTurn(nowNanos);
            waiting.forEach(Promise::complete);
        }
    }

    /**
     * Waits for a message of a stream.
     *
     * @param shown the name that messages show
     * @return completes before the message is passed on; {@link #forget} it otherwise
     */
    Promise<Void> firstOf(String shown) {
        Promise<Void> first = Promise.promise();
        firstMessages.computeIfAbsent(shown, any -> new ArrayList<>()).add(first);
        return first;
    }

    /** Ends {@link #firstOf}. */
    void forget(String shown, Promise<Void> first) {
        firstMessages.computeIfPresent(shown, (any, waiting) -> {
            waiting.remove(first);
            return waiting.isEmpty() ? null : waiting;
        });
    }

    /** Messages are missing: a client that stayed would have a hole without knowing. */
    void lost(long count, long nowNanos) {
        figures.lost(count);
        LOG.warn("relay: {} messages of {} lost, its clients are closed so that they connect again", count, name);
        closeAll(ClientClosing.MESSAGES_LOST, "the relay lost " + count + " messages: connect again", nowNanos);
    }

    void add(RelayClient client) {
        clients.add(client);
        place(client);
        hasClients = true;
        figures.clients(clients.size());
    }

    /** Its streams have changed. */
    void replace(RelayClient client) {
        unplace(client);
        place(client);
    }

    private void place(RelayClient client) {
        places.put(client, Audience.Key.of(client));
        forms.computeIfAbsent(client.session().form(), any -> new FormAudiences(client.session(), encoder))
                .add(client);
    }

    private void unplace(RelayClient client) {
        Audience.Key key = places.remove(client);
        FormAudiences form = key == null ? null : forms.get(key.form());
        if (form != null && form.remove(client, key)) {
            forms.remove(key.form());
        }
    }

    /** A client gets nothing more. */
    void leaves(RelayClient client, ClientClosing why) {
        if (clients.remove(client)) {
            unplace(client);
            held.removeIf(hold -> hold.client() == client);
            hasClients = !clients.isEmpty();
            figures.clients(clients.size());
            figures.closed(why);
            figures.conflated(client.newlyConflated());
            onLeave.accept(client);
        }
    }

    /** The metrics count all of them; the log has few, because a hostile client connects again and again. */
    void reportClosing(ClientClosing why, String detail) {
        if (why.isFailure()) {
            closings.reject("relay: closes a client of " + name + " as " + why.label(), detail);
        } else {
            LOG.debug("relay closes a client of {} as {}: {}", name, why.label(), detail);
        }
    }

    void closeAll(ClientClosing why, String reason, long nowNanos) {
        List.copyOf(clients).forEach(client -> client.close(why, reason, nowNanos));
    }

    /** Updates the figures. */
    void look(long nowNanos) {
        clients.forEach(client -> figures.conflated(client.newlyConflated()));
        figures.queues(
                clients.stream().mapToLong(RelayClient::backlogBytes).sum(),
                clients.stream()
                        .mapToLong(client -> client.queue().ageNanos(nowNanos))
                        .max()
                        .orElse(0));
    }

    Set<RelayClient> clients() {
        return clients;
    }

    void close() {
        figures.close();
        encoder.close();
    }
}
