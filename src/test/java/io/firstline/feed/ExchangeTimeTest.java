package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.EventTime;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.ServerTime;
import io.firstline.config.venue.StampUnit;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.VenueTimes;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.ExchangeLatency;
import io.firstline.testkit.SteppingClock;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The age of messages by the clock of an exchange that is 1.3 s ahead of ours. */
@Execution(ExecutionMode.CONCURRENT)
class ExchangeTimeTest extends FeedTestBase {
    private static final long AHEAD_MICROS = 1_300_000;
    private static final EventTime EVENT_TIME = new EventTime(List.of("/data/E", "/E"), StampUnit.US);

    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean silent;
    private volatile int status = 200;
    private volatile String body;
    private volatile String retryAfter;
    private Scheduler realTime;
    private HandServer exchange;
    private String url;

    @BeforeEach
    void openServers() {
        realTime = Scheduler.of(vertx);
        exchange = HandServer.start(vertx);
        HttpServer server =
                join(vertx.createHttpServer().requestHandler(this::tellTime).listen(0, "127.0.0.1"));
        url = "http://127.0.0.1:" + server.actualPort() + "/time";
    }

    private void tellTime(HttpServerRequest request) {
        asked.incrementAndGet();
        if (silent) {
            return;
        }
        if (retryAfter != null) {
            request.response().putHeader("Retry-After", retryAfter);
        }
        request.response()
                .setStatusCode(status)
                .end(body != null ? body : "{\"t\":\"" + (realTime.epochMicros() + AHEAD_MICROS) + "\"}");
    }

    @Test
    void shouldFindTheClockAndTheAgeOfFirstCopies() {
        WsPool feed = started(pool(3, server(60_000), EVENT_TIME));
        send(feed, 3);
        eventually(() -> report(feed).exchangeLatency() != null && asked.get() == 2);
        eventually(() -> {
            send(feed, 1);
            return report(feed).exchangeLatency().errorMicros() != null;
        });
        long before = report(feed).exchangeLatency().samples();
        send(feed, 20);

        ExchangeLatency latency = report(feed).exchangeLatency();
        assertThat(latency.samples()).as("of first copies only").isEqualTo(before + 20);
        assertThat(latency.errorMicros()).isBetween(1L, 1_000_000L);
        assertThat(Math.abs(latency.offsetMicros() - AHEAD_MICROS)).isLessThanOrEqualTo(latency.errorMicros() + 1_000);
        assertThat(latency.p50Micros()).isBetween(-latency.errorMicros(), 1_000_000L + latency.errorMicros());
        assertThat(latency.p99Micros()).isGreaterThanOrEqualTo(latency.p50Micros());
        assertThat(latency.clockFailures()).isZero();
        JsonObject json = ReportJson.of(report(feed)).getJsonObject("exchangeLatency");
        assertThat(json.fieldNames())
                .containsExactly("p50Micros", "p99Micros", "offsetMicros", "errorMicros", "samples", "clockFailures");
        assertThat(json.getLong("offsetMicros")).isBetween(300_000L, 2_300_000L);
    }

    @Test
    void shouldSayThatTheClockIsUnknown() {
        WsPool feed = started(pool(2, ServerTime.NONE, EVENT_TIME));
        assertThat(report(feed).exchangeLatency())
                .as("before the first message")
                .isNull();
        assertThat(ReportJson.of(report(feed)).containsKey("exchangeLatency")).isTrue();
        send(feed, 10);

        ExchangeLatency latency = report(feed).exchangeLatency();
        assertThat(latency.errorMicros()).isNull();
        assertThat(latency.offsetMicros()).isNull();
        assertThat(latency.p50Micros()).as("as wrong as its clock").isBetween(-AHEAD_MICROS * 102 / 100, 0L);
        assertThat(latency.samples()).isEqualTo(10);
        assertThat(asked).hasValue(0);
    }

    @Test
    void shouldCountThatItWasNotToldTheTimeAndFindOutLater() {
        body = "{\"t\":5}";
        WsPool feed = started(pool(2, server(1_000), EVENT_TIME));
        send(feed, 5);
        eventually(() -> report(feed).exchangeLatency().clockFailures() == 1);
        assertThat(report(feed).exchangeLatency().errorMicros()).isNull();
        body = null;
        eventually(() -> {
            send(feed, 1);
            return report(feed).exchangeLatency().errorMicros() != null;
        });

        assertThat(report(feed).exchangeLatency().samples())
                .as("those before were measured by another clock")
                .isLessThan(report(feed).published());
    }

    @Test
    void shouldLeaveTheServerAloneForAsLongAsItAsks() {
        status = 429;
        retryAfter = "600";
        WsPool feed = started(pool(2, server(1_000), EVENT_TIME));
        send(feed, 1);
        eventually(() -> report(feed).exchangeLatency().clockFailures() >= 3);

        assertThat(asked).hasValue(1);
    }

    @Test
    void shouldMeasureOnlyWhatHasATimeAndNeedNoServer() {
        WsPool feed = started(pool(2, ServerTime.NONE, EVENT_TIME));
        List<String> odd = List.of(
                "no JSON",
                "{\"E\":5}",
                "{\"E\":\"soon\"}",
                "{}",
                "{\"x\":\"" + "x".repeat(70_000) + "\",\"E\":" + realTime.epochMicros() + "}");
        odd.forEach(this::sendToAll);
        eventually(() -> messages.size() == odd.size());
        assertThat(report(feed).exchangeLatency()).isNull();

        sendToAll("{\"E\":\"" + realTime.epochMicros() + "\"}");
        eventually(() -> report(feed).exchangeLatency() != null);
        assertThat(report(feed).exchangeLatency().samples()).isEqualTo(1);
    }

    @Test
    void shouldReadTimesAsTextAndWithDecimals() {
        body = "{\"t\":" + realTime.epochMicros() / 1_000_000 + ".25}";
        WsPool feed = started(
                pool(2, new ServerTime(url, "/t", StampUnit.S, 60_000), new EventTime(List.of("/E"), StampUnit.ISO)));
        sendToAll("{\"E\":\"2021-07-22\"}");
        sendToAll("{\"E\":\"" + "0".repeat(200) + "\"}");
        sendToAll("{\"E\":7}");
        eventually(() -> messages.size() == 3);
        assertThat(report(feed).exchangeLatency()).isNull();

        eventually(() -> {
            sendToAll("{\"E\":\"" + Instant.ofEpochMilli(realTime.epochMicros() / 1_000) + "\"}");
            return report(feed).exchangeLatency() != null
                    && report(feed).exchangeLatency().errorMicros() != null;
        });
        assertThat(report(feed).exchangeLatency().p50Micros()).isBetween(-60_000_000L, 60_000_000L);
        assertThat(report(feed).exchangeLatency().clockFailures()).isZero();
    }

    @Test
    void shouldForgetWhatWasMeasuredByAClockThatWasWrong() {
        FeedEnvironment real = FeedEnvironment.of(vertx);
        SteppingClock wrong = new SteppingClock(real.scheduler());
        wrong.step(TimeUnit.HOURS.toMicros(1));
        WsPool feed = started(watch(new WsPool(
                new FeedEnvironment(real.context(), wrong, real.connectors(), real.budget()),
                "f",
                poolOf(2, exchange.url()),
                SubscribeTemplates.NONE,
                MessageFormat.NONE.withTimes(new VenueTimes(ServerTime.NONE, EVENT_TIME)),
                30_000)));
        send(feed, 20);
        assertThat(report(feed).exchangeLatency().p50Micros()).isGreaterThan(TimeUnit.MINUTES.toMicros(50));

        wrong.step(0);

        eventually(() -> {
            send(feed, 1);
            return report(feed).exchangeLatency().p99Micros() < 0; // the exchange is ahead
        });
        assertThat(report(feed).exchangeLatency().p50Micros()).isBetween(-AHEAD_MICROS * 102 / 100, 0L);
    }

    @Test
    void shouldAskNobodyInAWorldWithoutHttp() {
        FeedEnvironment real = FeedEnvironment.of(vertx);
        WsPool feed = started(watch(new WsPool(
                new FeedEnvironment(real.context(), real.scheduler(), real.connectors(), real.budget()),
                "f",
                poolOf(2, exchange.url()),
                SubscribeTemplates.NONE,
                MessageFormat.NONE.withTimes(new VenueTimes(server(1_000), EVENT_TIME)),
                30_000)));
        send(feed, 1);

        assertThat(report(feed).exchangeLatency().errorMicros()).isNull();
        assertThat(asked).hasValue(0);
    }

    @Test
    void shouldStopAskingWithTheFeedAndBeginAgainWithIt() {
        WsPool feed = started(pool(2, server(1_000), EVENT_TIME));
        eventually(() -> asked.get() >= 4);
        silent = true;
        int before = asked.get();
        eventually(() -> asked.get() > before);
        join(feed.close());
        silent = false;
        int then = asked.get();
        join(feed.start());

        eventually(() -> asked.get() > then);
        send(feed, 1);
        assertThat(report(feed).exchangeLatency().clockFailures())
                .as("that it was stopped is no failure")
                .isZero();
    }

    @Test
    void shouldTellTheWorstOfSeveralPools() {
        ExchangeLatency good = new ExchangeLatency(1, 2, 100L, 5L, 10, 1);
        ExchangeLatency bad = new ExchangeLatency(-7, 9, 90L, 50L, 20, 2);
        ExchangeLatency unknown = new ExchangeLatency(4, 5, null, null, 30, 0);

        assertThat(ExchangeLatency.together(Arrays.asList(null, null))).isNull();
        assertThat(ExchangeLatency.together(Arrays.asList(good, null, bad)))
                .isEqualTo(new ExchangeLatency(1, 9, 90L, 50L, 30, 3));
        assertThat(ExchangeLatency.together(List.of(good, unknown, bad)))
                .isEqualTo(new ExchangeLatency(4, 9, null, null, 60, 3));
    }

    private ServerTime server(int everyMs) {
        return new ServerTime(url, "/t", StampUnit.US, everyMs);
    }

    private WsPool pool(int connections, ServerTime server, EventTime event) {
        return watch(WsPool.create(
                vertx,
                "f",
                poolOf(connections, exchange.url()),
                SubscribeTemplates.NONE,
                MessageFormat.NONE.withTimes(new VenueTimes(server, event))));
    }

    /** Sends messages on every connection, each with the exchange's time of sending. */
    private void send(WsPool feed, int count) {
        long published = report(feed).published();
        eventually(() -> open().length == report(feed).target());
        for (int i = 0; i < count; i++) {
            sendToAll(
                    "{\"data\":{\"n\":" + (published + i) + ",\"E\":" + (realTime.epochMicros() + AHEAD_MICROS) + "}}");
        }
        eventually(() -> report(feed).published() == published + count
                && report(feed).copies() >= (published + count) * report(feed).target());
    }

    private void sendToAll(String text) {
        exchange.send(text, open());
    }

    private Integer[] open() {
        return IntStream.range(0, exchange.sockets.size())
                .filter(i -> !exchange.sockets.get(i).isClosed())
                .boxed()
                .toArray(Integer[]::new);
    }
}
