package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.HdrHistogram.Histogram;

/** The messages that reached one consumer, and their ages on arrival. Runs on the consumer's event loop. */
final class Consumption {
    static final long MAX_NANOS = 60_000_000_000L;

    private final Quote quote;
    private final SequenceLedger ledger = new SequenceLedger();
    private final boolean timed;
    private final Histogram ageNanos;

    Consumption() {
        this(Quote.TICKER, true, 3);
    }

    /** Reads the messages of a target; with many feeds, the ages have two digits: 30 KB a feed instead of 220. */
    Consumption(Target target) {
        this(target.form().quote(), target.timed(), target.feeds() > 1 ? 2 : 3);
    }

    private Consumption(Quote quote, boolean timed, int digits) {
        this.quote = quote;
        this.timed = timed;
        this.ageNanos = new Histogram(1, MAX_NANOS, digits);
    }

    /** Counts a message that the client passes to its user. */
    void message(byte[] payload) {
        ledger.received(quote.sequence(payload));
        if (timed) {
            age(quote.ageNanos(payload, System.nanoTime()));
        }
    }

    /** Counts a copy; only the first copy of a message has an effect. */
    void copy(Buffer payload) {
        if (ledger.isNews(quote.sequence(payload))) {
            ledger.received(quote.sequence(payload));
            if (timed) {
                age(quote.ageNanos(payload, System.nanoTime()));
            }
        }
    }

    /** The same for a copy below Vert.x. */
    void copy(ByteBuf payload) {
        long sequence = quote.sequence(payload);
        if (ledger.isNews(sequence)) {
            ledger.received(sequence);
            age(quote.ageNanos(payload, System.nanoTime()));
        }
    }

    private void age(long nanos) {
        ageNanos.recordValue(Math.min(MAX_NANOS, nanos));
    }

    long unique() {
        return ledger.unique();
    }

    long twice() {
        return ledger.twice();
    }

    void forgetAges() {
        ageNanos.reset();
    }

    /** Adds the ages since {@link #forgetAges()} to a sum. */
    void agesTo(Histogram sum) {
        sum.add(ageNanos);
    }

    /** In microseconds since the intended sending time. */
    static JsonObject percentiles(Histogram nanos) {
        return new JsonObject()
                .put("count", nanos.getTotalCount())
                .put("p50", nanos.getValueAtPercentile(50) / 1e3)
                .put("p99", nanos.getValueAtPercentile(99) / 1e3)
                .put("p999", nanos.getValueAtPercentile(99.9) / 1e3)
                .put("max", nanos.getMaxValue() / 1e3);
    }
}
