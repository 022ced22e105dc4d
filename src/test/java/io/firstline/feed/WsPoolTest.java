package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.feed.HandServer.Door;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatedLine;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool's life cycle: how it opens, reports, heals and closes. */
class WsPoolTest extends FeedTestBase {

    @Test
    void shouldOpenAllConnectionsAtOnceAndBeUpWithTheFirst() {
        HandServer server = HandServer.start(vertx);
        server.door = Door.HELD;
        WsPool feed = pool(poolOf(5, server.url()));
        Future<Void> start = feed.start();

        eventually(() -> server.knocking() == 5); // no connection waits for another
        assertThat(start.isComplete()).isFalse();
        assertThat(feed.state()).isEqualTo(FeedState.STARTING);

        server.admitOne();
        join(start);
        assertThat(feed.state()).isEqualTo(FeedState.DEGRADED);
        assertThat(report(feed).live()).isEqualTo(1);

        for (int i = 0; i < 4; i++) {
            server.admitOne();
        }
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(report(feed).live()).isEqualTo(5);
        assertThat(new HashSet<>(ids(feed))).containsExactlyInAnyOrder("f-1", "f-2", "f-3", "f-4", "f-5");
    }

    @Test
    void shouldSayNothingOfTroubleWhenAStartGoesWell() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(4, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        assertThat(events).hasSize(4).allMatch(e -> e.type() == FeedEvent.Type.CONNECTED);
    }

    @Test
    void shouldBeMadeOfTheKeysOfAConfigurationFile() {
        ExchangeSimulator exchange = exchange(quiet());
        JsonObject json =
                new JsonObject().put("name", "j").put("url", exchange.url(PATH)).put("connections", 2);

        assertThat(report(started(watch(Feed.of(vertx, json)))).target()).isEqualTo(2);
        assertThatThrownBy(() -> Feed.of(vertx, json.copy().put("conections", 3)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("/conections");
    }

    @Test
    void shouldTellWhenAStartDoesNotCompleteAndWhenItDoes() {
        HandServer server = HandServer.start(vertx);
        server.door = Door.HELD;
        WsPool feed = pool(poolOf(3, server.url()));
        Future<Void> start = feed.start();
        eventually(() -> server.knocking() == 3);
        server.door = Door.REJECTING;
        server.admitOne();
        join(start);
        server.rejectOne();
        server.rejectOne();

        assertThat(awaitTold(FeedEvent.Type.DEGRADED).toJson().getInteger("live"))
                .isEqualTo(1);
        assertThat(awaitTold(FeedEvent.Type.CONNECT_FAILED).toJson().getString("cause"))
                .isEqualTo("http-503");
        assertThat(feed.state()).isEqualTo(FeedState.DEGRADED);

        server.door = Door.OPEN;
        eventually(() -> feed.state() == FeedState.CONNECTED);
        awaitTold(FeedEvent.Type.RECOVERED);
        assertThat(told(FeedEvent.Type.DEGRADED)).hasSize(1);
        assertThat(told(FeedEvent.Type.RECOVERED)).hasSize(1);
    }

    @Test
    void shouldFailToStartWhenNothingCanBeReachedAndComeUpLater() throws Exception {
        int port = freePort();
        WsPool feed = pool(poolOf(3, "ws://127.0.0.1:" + port + PATH));

        Throwable failure = failureOf(feed.start());
        assertThat(failure).isInstanceOf(ConnectFailedException.class).hasMessageContaining("refused");
        assertThat(feed.state()).isEqualTo(FeedState.DISCONNECTED);
        assertThat(report(feed).live()).isZero();
        assertThat(told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);

        exchange(quiet().withPort(port));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(report(feed).live()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(CutKind.class)
    void shouldRecoverWhenAllConnectionsAreKilledAtOnce(CutKind kind) {
        ExchangeSimulator exchange = exchange(market(500));
        WsPool feed = pool(poolOf(3, exchange.url(COMBINED)));
        Queue<String> lies = new ConcurrentLinkedQueue<>();
        feed.eventHandler(event -> {
            events.add(event);
            int live = feed.report().result().live();
            boolean disconnected = event.type() == FeedEvent.Type.DISCONNECTED; // a step towards another state
            if (feed.state() == FeedState.CONNECTED && live < 3 && !disconnected) {
                lies.add(event + " with " + live);
            }
        });
        started(feed);
        eventually(() -> feed.state() == FeedState.CONNECTED && messages.size() > 50);
        eventuallyInStep(feed, 3); // otherwise one may come into step because another leaves

        join(Future.all(exchange.lines().stream()
                .map(line -> exchange.cut(line.number(), kind))
                .toList()));

        eventually(() -> told(FeedEvent.Type.DEGRADED).stream()
                .anyMatch(e -> e.toJson().getString("state").equals("DISCONNECTED")
                        && e.toJson().getInteger("live") == 0));
        eventually(() -> feed.state() == FeedState.CONNECTED && exchange.lines().size() == 3);
        int before = messages.size();
        eventually(() -> messages.size() > before + 50);
        List<String> texts = texts(); // more are arriving
        assertThat(new HashSet<>(texts)).as("nothing twice").hasSameSizeAs(texts);
        assertThat(lies).isEmpty();
        assertThat(report(feed).lost()).isEqualTo(3);
    }

    @Test
    void shouldTellHowItDegradesAndRecovers() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(poolOf(2, server.url())));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        server.door = Door.HELD;

        join(server.close(0));
        eventually(() -> feed.state() == FeedState.DEGRADED);
        FeedEvent lost = awaitTold(FeedEvent.Type.DISCONNECTED);
        assertThat(lost.toJson().getInteger("code")).isEqualTo(1001);
        assertThat(lost.toJson().getString("reason")).isEqualTo("going away");
        assertThat(lost.toJson().getString("cause")).isEqualTo("closed-1001");
        assertThat(awaitTold(FeedEvent.Type.DEGRADED).toJson().getInteger("live"))
                .isEqualTo(1);
        join(server.close(1));
        eventually(() -> feed.state() == FeedState.DISCONNECTED);

        eventually(() -> server.knocking() == 2);
        server.admitOne();
        eventually(() -> feed.state() == FeedState.DEGRADED);
        server.admitOne();
        eventually(() -> feed.state() == FeedState.CONNECTED);
        eventually(() -> told(FeedEvent.Type.RECOVERED).size() == 1);
        assertThat(events.get(events.size() - 1).type()).isEqualTo(FeedEvent.Type.RECOVERED);
    }

    @Test
    void shouldRetryWithinAboutASecondByDefault() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))
                .withConnection(connection(exchange.url(PATH)).withRetry(null))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        long cutNanos = System.nanoTime();
        join(exchange.cut(1, CutKind.RESET));

        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);
        assertThat(System.nanoTime() - cutNanos).isLessThan(3_000_000_000L); // the back-off is at most 250 ms
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedEvent.Type.class,
            names = {"CONNECTED", "DISCONNECTED", "DEGRADED"})
    void shouldStayClosedWhenItsOwnEventHandlerClosesIt(FeedEvent.Type type) {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = pool(poolOf(2, exchange.url(PATH)));
        CompletableFuture<Void> closed = new CompletableFuture<>();
        feed.eventHandler(event -> {
            if (event.type() == type && !closed.isDone()) {
                feed.close().onComplete(done -> closed.complete(null));
            }
        });
        feed.start();
        eventually(() -> closed.isDone() || feed.state() == FeedState.CONNECTED);
        if (!closed.isDone()) {
            exchange.cut(1, CutKind.RESET);
        }

        eventually(closed::isDone);
        eventually(() -> exchange.lines().isEmpty());
        assertThat(feed.state()).isEqualTo(FeedState.CLOSED);

        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED);
    }

    @Test
    void shouldStartAgainAfterItWasClosed() {
        ExchangeSimulator exchange = exchange(market(500));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(pool(poolOf(3, exchange.url(COMBINED))));
        eventually(() -> messages.size() > 20);
        exchange.pauseEmission();
        join(feed.close());
        eventually(() -> exchange.lines().isEmpty());
        messages.clear();
        long before = report(feed).published();

        join(feed.start());
        exchange.resumeEmission();
        eventually(() -> feed.state() == FeedState.CONNECTED && messages.size() > 50);
        assertThat(messages.element().sequence()).isEqualTo(before + 1);
        eventuallyInStep(feed, 3);
        assertThat(ledger.size()).isGreaterThan(50);
    }

    @Test
    void shouldCloseWhileItIsConnecting() {
        HandServer server = HandServer.start(vertx);
        server.door = Door.HELD;
        WsPool feed = pool(poolOf(3, server.url()));
        Future<Void> start = feed.start();
        eventually(() -> server.knocking() == 3);

        join(feed.close());
        assertThat(failureOf(start)).hasMessageContaining("closed while it started");
        assertThat(feed.state()).isEqualTo(FeedState.CLOSED);

        server.door = Door.OPEN;
        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(server.sockets).hasSize(3); // none of the first three connected again
    }

    @Test
    void shouldCloseWhileItIsWaitingToRetry() throws Exception {
        WsPool feed = pool(poolOf(2, "ws://127.0.0.1:" + freePort() + PATH));
        failureOf(feed.start());
        join(feed.close());
        long failures = report(feed).failures().get("refused");

        join(feed.close());
        assertThat(feed.state()).isEqualTo(FeedState.CLOSED);
        assertThat(report(feed).failures().get("refused")).isEqualTo(failures);
        eventually(() -> timers(vertx).isEmpty());
    }

    @Test
    void shouldLeaveNoSocketAndNoTimerBehind() {
        ExchangeSimulator exchange = exchange(quiet());
        int before = timers(vertx).size();
        WsPool feed = started(pool(poolOf(4, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        join(feed.evict("f-2")); // with a candidate on trial
        eventually(() -> exchange.lines().size() == 5);
        assertThat(timers(vertx).size()).isGreaterThan(before);

        join(feed.close());

        eventually(() -> exchange.lines().isEmpty());
        eventually(() -> timers(vertx).size() == before);
    }

    /** Vert.x has no public access to its timers. */
    private static Map<?, ?> timers(Vertx vertx) {
        try {
            Field timeouts = vertx.getClass().getDeclaredField("timeouts");
            timeouts.setAccessible(true);
            return (Map<?, ?>) timeouts.get(vertx);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("VertxImpl has changed", e);
        }
    }

    @Test
    void shouldKeepItsConnectionsWhenTheCollectorRuns() {
        ExchangeSimulator exchange = exchange(quiet());
        // only Vert.x refers to the verticle, and only the feed to its client
        Deployable owner = new VerticleBase() {
            @Override
            public Future<?> start() {
                WsPool feed = WsPool.create(vertx, poolOf(3, exchange.url(PATH)));
                feed.handler(messages::add);
                return feed.start();
            }
        };
        join(vertx.deployVerticle(owner));
        eventually(() -> exchange.lines().size() == 3);
        Set<Integer> opened = numbers(exchange);

        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        join(exchange.cut(1, CutKind.RESET)); // a client that is gone opens no connection

        eventually(() -> exchange.lines().size() == 3);
        exchange.emit(TRADE, "1");
        eventually(() -> messages.size() == 1);
        opened.remove(1);
        assertThat(numbers(exchange)).containsAll(opened);
    }

    private static Set<Integer> numbers(ExchangeSimulator exchange) {
        Set<Integer> numbers = new HashSet<>();
        exchange.lines().stream().map(SimulatedLine::number).forEach(numbers::add);
        return numbers;
    }

    @Test
    void shouldRunOnTheContextItWasMadeOnWhoeverCalls() {
        ExchangeSimulator exchange = exchange(market(200));
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Set<Object> contexts = ConcurrentHashMap.newKeySet();
        WsPool[] made = new WsPool[1];
        Deployable owner = new VerticleBase() {
            @Override
            public Future<?> start() {
                made[0] = WsPool.create(vertx, poolOf(3, exchange.url(PATH)));
                contexts.add(context);
                threads.add(Thread.currentThread());
                return Future.succeededFuture();
            }
        };
        join(vertx.deployVerticle(owner));
        WsPool feed = watch(made[0]);
        feed.handler(m -> {
            messages.add(m);
            threads.add(Thread.currentThread());
            contexts.add(Vertx.currentContext());
        });
        feed.eventHandler(e -> {
            events.add(e);
            threads.add(Thread.currentThread());
        });
        // started and called by another verticle
        join(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                return feed.start().compose(v -> feed.subscribe(List.of(BOOK)).recover(e -> Future.succeededFuture(0)));
            }
        }));
        eventually(() -> feed.state() == FeedState.CONNECTED && messages.size() > 20);
        join(exchange.cut(2, CutKind.FIN));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 4);
        int before = messages.size();
        eventually(() -> messages.size() > before + 20);

        assertThat(threads).hasSize(1);
        assertThat(contexts).hasSize(1);
    }

    @Test
    void shouldNotBelongToTheVerticleThatStartedIt() {
        join(vertx.close()); // one event loop only, shared by both verticles
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        ExchangeSimulator alone = exchange(quiet());
        WsPool feed = pool(poolOf(2, alone.url(PATH)));
        String stranger = join(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                return feed.start();
            }
        }));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        join(vertx.undeploy(stranger));

        alone.emit(TRADE, "1");
        eventually(() -> messages.size() == 1);
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
        assertThat(alone.lines().stream().map(SimulatedLine::number)).containsExactly(1, 2);
    }

    @Test
    void shouldReportItsFigures() {
        ExchangeSimulator exchange = exchange(market(500));
        WsPool feed = started(watch(WsPool.create(
                vertx,
                "figures",
                poolOf(3, exchange.url("/ws?apiKey=hidden")),
                new SubscribeTemplates(List.of(TRADE), BINANCE.subscribe(), BINANCE.unsubscribe()),
                MessageFormat.NONE)));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        eventuallyInStep(feed, 3);
        eventually(() -> members(feed).stream()
                .noneMatch(c -> Double.isNaN(c.connection().latencyMs())));
        join(exchange.cut(3, CutKind.FIN));
        eventually(() -> feed.state() == FeedState.DEGRADED || report(feed).lost() == 1);
        eventually(() -> feed.state() == FeedState.CONNECTED);
        eventuallyInStep(feed, 3);
        exchange.pauseEmission();
        eventually(() -> report(feed).published() == messages.size());

        FeedReport report = report(feed);
        assertThat(report.feed()).isEqualTo("figures");
        assertThat(report.url()).contains("apiKey=***").doesNotContain("hidden");
        assertThat(report.state()).isEqualTo(FeedState.CONNECTED);
        assertThat(report.target()).isEqualTo(3);
        assertThat(report.live()).isEqualTo(3);
        assertThat(report.copies()).isGreaterThan(report.published());
        assertThat(report.evictions()).isZero();
        assertThat(report.lost()).isEqualTo(1);
        assertThat(report.failures()).containsOnlyKeys("eof");
        assertThat(report.dropped()).isEmpty();
        assertThat(report.streams()).containsExactly(TRADE);
        assertThat(report.connections()).hasSize(4);

        long received = report.connections().stream()
                .mapToLong(c -> c.connection().sequenceId())
                .sum();
        assertThat(received).isEqualTo(report.copies());
        long wins =
                report.connections().stream().mapToLong(c -> c.line().wins()).sum();
        assertThat(wins).isEqualTo(report.published());

        ConnectionReport gone = report.connections().get(3);
        assertThat(gone.role()).isEqualTo(ConnectionReport.Role.GONE);
        assertThat(gone.connection().end().label()).isEqualTo("eof");
        assertThat(gone.connection().ageMs()).isPositive();
    }

    @Test
    void shouldMaskSecretsWhereverTheUrlIsShown() throws Exception {
        WsPool feed = pool(poolOf(2, "ws://127.0.0.1:" + freePort() + "/ws?listenToken=s3cret"));
        failureOf(feed.start());

        assertThat(report(feed).url()).endsWith("listenToken=***");
        assertThat(awaitTold(FeedEvent.Type.CONNECT_FAILED).toJson().encode())
                .contains("listenToken=***")
                .doesNotContain("s3cret");
    }
}
