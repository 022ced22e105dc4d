package io.firstline.feed.message;

import io.firstline.connection.Scheduler;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.clock.EpochClock;
import io.firstline.feed.clock.ExchangeTime;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Publishes a feed's messages: numbers and timestamps them and calls the direct handler and each stream in the same
 * turn of the event loop. Counts drops. Runs on the feed's context.
 */
public final class Dispatcher {
    private final String feed;
    private final ContextInternal context;
    private final EpochClock clock;
    private final Map<DropCause, Long> dropped = new EnumMap<>(DropCause.class);
    private final Map<DropCause, Long> droppedReported = new EnumMap<>(DropCause.class);
    private final Map<DropCause, LongSupplier> droppedElsewhere = new EnumMap<>(DropCause.class);

    /** Copied on change: a consumer may attach or detach a stream while a message is being published. */
    private List<FeedStream> streams = List.of();

    private final FeedStream.Owner owner = new FeedStream.Owner() {
        @Override
        public void dropped(long count) {
            drop(DropCause.CONSUMER_FULL, count);
        }

        @Override
        public void conflated(long count) {
            drop(DropCause.CONFLATED, count);
        }

        @Override
        public void closed(FeedStream stream) {
            remove(stream);
        }
    };

    /** The size of the largest oversize message since the last report, bytes; 0 = none, or not known. */
    private long largestOversize;

    private int oversizeLimit;

    private Handler<FeedMessage> handler;
    private ExchangeTime exchangeTime;
    /** Names the streams by the feed's {@code streamPointer}; null = the profile names them. */
    private StreamNames streamNames;

    private long sequence;

    public Dispatcher(String feed, ContextInternal context, Scheduler scheduler) {
        this.feed = feed;
        this.context = context;
        this.clock = new EpochClock(scheduler);
    }

    public void handler(Handler<FeedMessage> newHandler) {
        handler = newHandler;
    }

    /** Numbers messages from the next number on. */
    public void goOnAfter(long last) {
        sequence = last;
    }

    /** Starts to measure the age of each message. */
    public void measure(ExchangeTime newExchangeTime) {
        exchangeTime = newExchangeTime;
    }

    /** Names the streams by the value at this JSON pointer, unless it is empty. */
    public void nameStreamsAt(String pointer) {
        streamNames = pointer.isEmpty() ? null : new StreamNames(pointer);
    }

    public FeedStream stream(int capacity, Overflow overflow) {
        return new FeedStream(context, capacity, overflow, owner);
    }

    public FeedStream stream(int capacity, Overflow overflow, Function<FeedMessage, String> streamOf) {
        return new FeedStream(context, capacity, overflow, streamOf, owner);
    }

    public void attach(FeedStream stream) {
        List<FeedStream> more = new ArrayList<>(streams);
        more.add(stream);
        streams = List.copyOf(more);
    }

    public void detach(FeedStream stream) {
        remove(stream);
        end(stream);
    }

    private void remove(FeedStream stream) {
        streams = streams.stream().filter(s -> s != stream).toList();
    }

    public void publish(OutgoingCopy copy, boolean late) {
        long receivedMicros = clock.micros(copy.arrivalNanos());
        if (exchangeTime != null) {
            long readMicros = copy.eventMicros();
            long eventMicros = readMicros == OutgoingCopy.NOT_READ
                    ? exchangeTime.eventMicros(copy.bytes(), copy.text())
                    : readMicros;
            exchangeTime.published(eventMicros, copy.arrivalNanos(), receivedMicros, clock.steps());
        }
        FeedMessage message = new FeedMessage(
                feed,
                0,
                ++sequence,
                copy.by(),
                receivedMicros,
                streamOf(copy),
                copy.identity(),
                copy.bytes(),
                copy.text(),
                late);
        List<FeedStream> consumers = streams;
        if (handler != null) {
            try {
                handler.handle(message);
            } catch (RuntimeException | Error e) {
                context.reportException(e);
            }
        }
        for (int i = 0; i < consumers.size(); i++) {
            try {
                consumers.get(i).push(message);
            } catch (RuntimeException | Error e) {
                context.reportException(e);
            }
        }
    }

    private String streamOf(OutgoingCopy copy) {
        if (streamNames != null) {
            return streamNames.in(copy.bytes());
        }
        return copy.stream() == null ? null : copy.stream().name;
    }

    /** Ends every stream: no message follows until a restart. */
    public void end() {
        List<FeedStream> ending = streams;
        streams = List.of();
        ending.forEach(this::end);
    }

    private void end(FeedStream stream) {
        try {
            stream.end();
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
    }

    public void drop(DropCause cause, long count) {
        dropped.merge(cause, count, Long::sum);
    }

    /**
     * Includes messages that are dropped after publication.
     *
     * @param total all drops of this cause since the feed was created
     */
    public void countDrops(DropCause cause, LongSupplier total) {
        droppedElsewhere.put(cause, total);
    }

    private Map<DropCause, Long> drops() {
        droppedElsewhere.forEach((cause, total) -> {
            long count = total.getAsLong();
            if (count > 0) {
                dropped.put(cause, count);
            }
        });
        return dropped;
    }

    public long published() {
        return sequence;
    }

    /** Returns how many messages wait for consumers of streams. */
    public long waiting() {
        long waiting = 0;
        for (FeedStream stream : streams) {
            waiting += stream.buffered();
        }
        return waiting;
    }

    public Map<String, Long> dropped() {
        Map<String, Long> byLabel = new TreeMap<>();
        drops().forEach((cause, count) -> byLabel.put(cause.label(), count));
        return byLabel;
    }

    /** A message was dropped because it was too large. */
    public void oversize(long bytes, int limit) {
        largestOversize = Math.max(largestOversize, bytes);
        oversizeLimit = limit;
    }

    /** Returns the size of the largest such message since the last call; 0 = not known. */
    public long largestOversize() {
        long largest = largestOversize;
        largestOversize = 0;
        return largest;
    }

    public int oversizeLimit() {
        return oversizeLimit;
    }

    /** Returns the drops since the last call, by cause. */
    public Map<DropCause, Long> droppedSinceReport() {
        if (drops().equals(droppedReported)) {
            return Map.of();
        }
        Map<DropCause, Long> news = new EnumMap<>(DropCause.class);
        dropped.forEach((cause, count) -> {
            long before = droppedReported.getOrDefault(cause, 0L);
            if (count > before) {
                news.put(cause, count - before);
            }
        });
        droppedReported.putAll(dropped);
        return news;
    }
}
