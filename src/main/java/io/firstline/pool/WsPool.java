package io.firstline.pool;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Line;
import io.firstline.config.FeedConfig.Subscribing;
import io.firstline.config.RankBy;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.WsConnection;
import io.firstline.payload.PayloadHash;
import io.firstline.pool.EvictionPolicy.Contender;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Several connections to one feed. The first copy of every message is passed on, once; the slow connections are replaced every
 * {@code evictIntervalMs}, each only after its replacement delivers in step with the others.
 */
public final class WsPool extends Feed {
    private static final long LEAST_TRIAL_MS = 30_000;
    private static final long WATCH_MS = 250;
    private static final int SILENCE_MESSAGES = 5;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A connection that has just opened may be subscribing still. */
    private static final long FIRST_DATA_MS = 10_000;

    /** A copy on its way through the arbiter. */
    private record Copy(Member member, Buffer payload, boolean text, long arrivalNanos) {}

    private final WsPoolConfig config;
    private final long trialMs;
    private final Map<Line, Member> members = new HashMap<>();
    private Arbiter<Copy> arbiter;
    private long lateBefore;
    private final Rotation rotation;
    private long evictionTimer;
    private long watchTimer;

    /**
     * Made by {@link #create}, and by tests that cannot wait.
     *
     * @param trialMs how long a candidate has until it must deliver in step
     */
    WsPool(Surroundings surroundings, String name, WsPoolConfig config, Subscribing subscribing, long trialMs) {
        super(surroundings, name, config.connection(), config.connections(), subscribing);
        this.config = config;
        this.trialMs = trialMs;
        this.rotation = new Rotation(config.maxAgeMs(), clockwork.random());
    }

    /** A pool named by its connection id; runs on the current Vert.x context. */
    public static WsPool create(Vertx vertx, WsPoolConfig config) {
        return create(vertx, config.connection().connectionId(), config, Subscribing.NONE);
    }

    public static WsPool create(Vertx vertx, String name, WsPoolConfig config, Subscribing subscribing) {
        return new WsPool(
                Surroundings.of(vertx), name, config, subscribing, Math.max(LEAST_TRIAL_MS, config.evictIntervalMs()));
    }

    @Override
    void starting() {
        lateBefore = lateMessages();
        members.clear();
        arbiter = new Arbiter<>(
                new ArbiterSettings(
                        config.hashCapacity(),
                        TimeUnit.MILLISECONDS.toNanos(config.historyMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.joinGuardMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.skewMs())),
                new Arbiter.Output<>() {
                    @Override
                    public void first(Line line, Copy copy, boolean late) {
                        publication.publish(copy.member().id(), copy.payload(), copy.text(), late, copy.arrivalNanos());
                    }

                    @Override
                    public void inStep(Line line, boolean alone) {
                        chronicle.inStep(members.get(line), alone);
                        promoteReady();
                    }

                    @Override
                    public void outOfStep(Line line) {
                        Member member = members.get(line);
                        chronicle.outOfStep(member);
                        if (member == member.seat.member()) { // not one that was replaced and is closing
                            member.seat.replace("out of step", trialMs());
                        }
                    }
                });
        evictionTimer = clockwork.every(config.evictIntervalMs(), this::evictSlow);
        watchTimer = clockwork.every(WATCH_MS, () -> {
            replaceSilent();
            rotateOldest();
        });
    }

    @Override
    void stopping() {
        clockwork.cancel(evictionTimer);
        clockwork.cancel(watchTimer);
    }

    @Override
    void joined(Member member) {
        member.line = arbiter.join(member.connection.connectStartedNanos(), clockwork.nowNanos());
        members.put(member.line, member);
        member.ageLimitMs = rotation.ageLimitMs();
    }

    @Override
    void parted(Member member) {
        members.remove(member.line);
        arbiter.leave(member.line, clockwork.nowNanos());
    }

    @Override
    void arrived(Member member, Buffer payload, boolean text, long arrivalNanos) {
        long hash = PayloadHash.of(payload, text);
        arbiter.copy(member.line, hash, new Copy(member, payload, text, arrivalNanos), payload.length(), arrivalNanos);
        if (member == member.seat.candidate() && member.line.inStep()) {
            promoteReady(); // it may have been in step from the start, or the pool too small when it got there
        }
    }

    private void evictSlow() {
        if (roster.live() < config.minLive()) {
            return;
        }
        Map<String, Seat> seatOf = new HashMap<>();
        List<Contender> contenders = new ArrayList<>();
        for (Seat seat : roster.seats()) {
            if (seat.isLive() && seat.candidate() == null) {
                Member member = seat.member();
                seatOf.put(member.id(), seat);
                contenders.add(new Contender(
                        member.id(), member.connection.expectedLatencyMs(), member.line.recentLagP99Micros()));
            }
        }
        for (Contender slow : EvictionPolicy.slow(contenders, config.rankBy())) {
            seatOf.get(slow.connectionId()).replace(reason(slow), trialMs());
        }
        members.keySet().forEach(Line::startLagWindow);
    }

    /** A connection that brings nothing while its siblings bring what it should is dead, even if it answers pings. */
    private void replaceSilent() {
        for (Seat seat : roster.seats()) {
            if (seat.isLive()
                    && (seat.member().line.inStep() || seat.member().connection.ageMs() > FIRST_DATA_MS)
                    && arbiter.isSilentBesideOthers(seat.member().line, SILENCE_MESSAGES, SILENCE_NANOS)
                    && seat.replace("silent while others deliver", trialMs())) {
                chronicle.silent(seat.member());
            }
        }
    }

    /** One at a time: whoever is furthest over its age, and only when nobody is being replaced. */
    private void rotateOldest() {
        if (roster.seats().stream().anyMatch(seat -> seat.candidate() != null)) {
            return;
        }
        roster.seats().stream()
                .filter(Seat::isLive)
                .filter(seat -> overAgeMs(seat) >= 0)
                .max(Comparator.comparingLong(WsPool::overAgeMs))
                .ifPresent(seat -> seat.replace("age", trialMs()));
    }

    private static long overAgeMs(Seat seat) {
        return seat.member().connection.ageMs() - seat.member().ageLimitMs;
    }

    private String reason(Contender slow) {
        return config.rankBy() == RankBy.LAG
                ? "slow, lag p99 " + slow.lagP99Micros() / 1_000.0 + " ms"
                : "slow, latency " + Math.round(slow.latencyMs() * 1_000) / 1_000.0 + " ms";
    }

    /** Candidates that deliver in step take their seats, as far as the live count stays above its floor. */
    private void promoteReady() {
        for (Seat seat : roster.seats()) {
            Member candidate = seat.candidate();
            if (candidate != null
                    && candidate.isLive()
                    && candidate.line.inStep()
                    && roster.live() >= config.minLive()) {
                seat.promote();
            }
        }
    }

    @Override
    long lateMessages() {
        return arbiter == null ? 0 : lateBefore + arbiter.lateMessages();
    }

    @Override
    void beforeReport() {
        if (arbiter != null) {
            arbiter.settleFigures(clockwork.nowNanos());
        }
    }

    @Override
    WsConnection fastest(Stream<WsConnection> live) {
        return live.min(Comparator.comparingDouble(WsConnection::expectedLatencyMs)) // what is not measured sorts last
                .orElse(null);
    }

    @Override
    long trialMs() {
        return trialMs;
    }
}
