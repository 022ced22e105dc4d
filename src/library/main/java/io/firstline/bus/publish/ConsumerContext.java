package io.firstline.bus.publish;

import io.vertx.core.Context;
import io.vertx.core.eventbus.DeliveryContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context on which a feed is consumed. Its consumers share the queue of that context and so have one backlog. Marks
 * show its position: tasks that are put into the same queue behind the messages.
 *
 * <p>Created on its context at the first delivery, used there and on the feed's context as each method says.
 */
final class ConsumerContext {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerContext.class);
    /**
     * One of this many messages is kept: 256 with the default bound, as many as common stream libraries request at
     * once.
     */
    private static final int KEPT_SHARE = 256;
    /** After this number of marks without a message there is no consumer here any more. */
    private static final int IDLE_MARKS = 64;

    private final BoundedPublisher boundedPublisher;
    private final Context context;
    private final Map<String, ConsumerContext> byAddress;
    private final String thread = Thread.currentThread().getName();
    private final Shedding shedding;
    private final Deque<DeliveryContext<?>> kept = new ArrayDeque<>();
    private int marksWithoutMessage;
    private volatile Volume position;
    private volatile Volume sent;

    /**
     * Begins at the feed's present position: messages queued before are not known.
     *
     * @param byAddress the readers of this context, of all feeds
     */
    ConsumerContext(BoundedPublisher boundedPublisher, Context context, Map<String, ConsumerContext> byAddress) {
        this.boundedPublisher = boundedPublisher;
        this.context = context;
        this.byAddress = byAddress;
        this.shedding =
                new Shedding(boundedPublisher.bound(), boundedPublisher.bound().messages() / KEPT_SHARE);
        this.position = boundedPublisher.newest();
        this.sent = position;
    }

    // on its own context

    /** A message has passed the queue. */
    void deliver(DeliveryContext<?> delivery) {
        marksWithoutMessage = 0;
        switch (shedding.next(delivery.message().address())) {
            case PASS -> delivery.next();
            case KEEP -> kept.add(delivery);
            case SHED -> boundedPublisher.drop(thread, TurnBatch.messagesIn(delivery.body()));
        }
    }

    private void arrived(Volume mark) {
        position = mark;
        boolean before = shedding.isOn();
        if (shedding.reached(mark, sent)) {
            passKept();
        } else if (shedding.isOn() && !before) {
            LOG.warn(
                    "{} drops messages for its slow consumers on {}: {} behind",
                    boundedPublisher.feed(),
                    thread,
                    sent.minus(mark));
        }
        if (++marksWithoutMessage > IDLE_MARKS && !shedding.isOn()) {
            byAddress.values().removeIf(reader -> reader == this);
            boundedPublisher.left(this);
        }
    }

    private void passKept() {
        for (DeliveryContext<?> delivery = kept.poll(); delivery != null; delivery = kept.poll()) {
            delivery.next();
        }
    }

    BoundedPublisher boundedPublisher() {
        return boundedPublisher;
    }

    // on the feed's context

    /** Puts a mark behind everything published so far. */
    void mark(Volume published) {
        sent = published;
        try {
            context.runOnContext(v -> arrived(published));
        } catch (RejectedExecutionException closed) {
            LOG.debug(
                    "{} has lost its consumers on {}: their context is closed",
                    boundedPublisher.feed(),
                    thread,
                    closed);
            boundedPublisher.left(this);
        }
    }

    /** Returns what was published here and has not passed the queue. */
    Volume behind() {
        return sent.minus(position);
    }

    /** The name of the thread that it runs on. */
    String thread() {
        return thread;
    }

    boolean hasArrived() {
        return position.equals(sent);
    }

    boolean reads(String address) {
        return byAddress.get(address) == this;
    }

    /** No consumer is registered on this address here any more. */
    void forget(String address) {
        byAddress.remove(address, this);
    }

    List<String> addresses() {
        return byAddress.entrySet().stream()
                .filter(entry -> entry.getValue() == this)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return thread + " " + addresses();
    }
}
