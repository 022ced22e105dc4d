package io.firstline.feed.clock;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.venue.EventTime;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.ServerTime;
import io.firstline.config.venue.Stamp;
import io.firstline.config.venue.StampUnit;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.RestClient;
import io.firstline.connection.RestFailedException;
import io.firstline.connection.Scheduler;
import io.firstline.feed.report.ExchangeLatency;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.ValueReader;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the time at a feed's exchange and the age of its messages. Requests the exchange's time at intervals; a
 * failed request affects only this figure. Runs on the feed's context.
 */
public final class ExchangeTime {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTime.class);
    /** The first request of a round opens the HTTP connection, so only the second has a short round trip. */
    private static final int QUESTIONS = 2;

    private final String feed;
    private final ServerTime server;
    private final EventTime event;
    private final Scheduler scheduler;
    /** Creates an HTTP client for one request; null = there is no HTTP. */
    private final Function<WsConnectionConfig, RestClient> rests;

    private final ConnectBudget budget;
    /** For messages whose time the feed's reader has not read. */
    private final KeyReader reader;

    private final EventTimeReader times;

    /** The same for binary messages; null = they are not read. */
    private final ValueReader binaryReader;

    private final SignedHistogram ages;
    private final ServerClock clock = new ServerClock();
    /** The settings count of the clock in use when the ages were last reset. */
    private int settings;

    private boolean byServer;
    private WsConnectionConfig config;
    private RestClient asking;
    private long timer = -1;
    private long failures;
    private boolean failureReported;

    /**
     * Creates the measurement of a feed.
     *
     * @param binaryReader reads the places of the event time from binary messages; null = they are not read
     * @param rests creates an HTTP client for one request; null = the exchange's time is never requested
     */
    public ExchangeTime(
            String feed,
            MessageFormat format,
            ValueReader binaryReader,
            Scheduler scheduler,
            Function<WsConnectionConfig, RestClient> rests,
            ConnectBudget budget) {
        this.feed = feed;
        this.server = format.times().server();
        this.event = format.times().event();
        this.scheduler = scheduler;
        this.rests = rests;
        this.budget = budget;
        this.times = new EventTimeReader(
                event, IntStream.range(0, event.at().size()).boxed().toList());
        this.reader = isReported() ? new KeyReader(event.at()) : null;
        this.binaryReader = binaryReader;
        this.ages = isReported() ? new SignedHistogram() : null;
    }

    /** Returns whether messages contain the time of their event. */
    public boolean isReported() {
        return !event.at().isEmpty();
    }

    public void start(WsConnectionConfig newConfig) {
        config = newConfig;
        if (!server.isNone() && rests != null) {
            timer = scheduler.every(server.everyMs(), this::round);
            round();
        }
    }

    public void stop() {
        scheduler.cancel(timer);
        if (asking != null) {
            RestClient stopped = asking;
            asking = null; // first, because its open request fails now
            stopped.close();
        }
    }

    private void round() {
        if (asking != null) {
            return; // the previous round ends by its time-out
        }
        String host = URI.create(server.url()).getHost();
        if (budget.take(ConnectBudget.Target.of(server.url(), List.of()), scheduler.nowNanos()) > 0) {
            failures++;
            return;
        }
        RestClient client = rests.apply(config);
        asking = client;
        Future<Void> answered = Future.succeededFuture();
        for (int i = 0; i < QUESTIONS; i++) {
            answered = answered.compose(v -> ask(client));
        }
        answered.onComplete(done -> {
            if (asking != client) {
                return; // stopped meanwhile
            }
            asking = null;
            client.close();
            if (done.failed()) {
                failed(host, done.cause());
            } else {
                failureReported = false;
            }
        });
    }

    private Future<Void> ask(RestClient client) {
        long askedNanos = scheduler.nowNanos();
        return client.ask("GET", server.url(), Map.of()).map(answer -> {
            StampUnit unit = server.unit();
            Stamp stamp = unit.read(text(answer.at(JsonPointer.compile(server.pointer()))));
            if (stamp == null) {
                throw new IllegalStateException("the answer has no time in " + unit + " at " + server.pointer());
            }
            clock.answered(askedNanos, scheduler.nowNanos(), stamp.micros(), stamp.resolutionMicros());
            return null;
        });
    }

    private static String text(JsonNode value) {
        return value.isFloatingPointNumber() ? value.decimalValue().toPlainString() : value.asText();
    }

    private void failed(String host, Throwable why) {
        failures++;
        if (why instanceof RestFailedException rest && rest.pauseMs() > 0) {
            budget.pause(host, rest.pauseMs(), scheduler.nowNanos());
        }
        if (!failureReported) {
            failureReported = true;
            LOG.warn(
                    "{} could not read the exchange's time from {}: {}",
                    feed,
                    FeedUrl.masked(server.url()),
                    why.getMessage());
        }
    }

    /** Reads the time of a message's event; see {@link EventTimeReader#micros}. */
    public long eventMicros(byte[] message, boolean text) {
        ValueReader values = text ? reader : binaryReader;
        if (values == null || message.length > EventTimeReader.MAX_BYTES) {
            return EventTimeReader.NO_TIME;
        }
        KeyValues read = values.read(message, 0, message.length);
        return read == null ? EventTimeReader.NO_TIME : times.micros(read);
    }

    /**
     * Measures the first copy of a message when it is published; it may have waited since it arrived.
     *
     * @param eventMicros the time of its event, or {@link EventTimeReader#NO_TIME}
     * @param clockSteps the number of steps of our wall clock so far
     */
    public void published(long eventMicros, long arrivalNanos, long arrivalMicros, int clockSteps) {
        if (eventMicros != EventTimeReader.NO_TIME) {
            compare(clock.isKnown() ? clock.settings() : clockSteps);
            ages.record((byServer ? clock.micros(arrivalNanos) : arrivalMicros) - eventMicros);
        }
    }

    private void compare(int settingsNow) {
        if (settings != settingsNow || byServer != clock.isKnown()) {
            settings = settingsNow;
            byServer = clock.isKnown();
            ages.reset(); // earlier ages were measured with another clock or a wrong one
        }
    }

    /** Returns the figures; null = nothing was measured. */
    public ExchangeLatency report() {
        if (!isReported() || ages.count() == 0) {
            return null;
        }
        long now = scheduler.nowNanos();
        return new ExchangeLatency(
                ages.percentile(50),
                ages.percentile(99),
                byServer ? (Long) (clock.micros(now) - scheduler.epochMicros()) : null,
                byServer ? (Long) clock.errorMicros(now) : null,
                ages.count(),
                failures);
    }
}
