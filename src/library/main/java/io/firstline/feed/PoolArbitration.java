package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.Line;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Scheduler;
import io.firstline.connection.WsConnection;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.Sequencer;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Publishes the first copy of every message, once. Several times a second, has the silent, old and slow connections
 * replaced, one after another: each is closed only after its replacement delivers in step with the others.
 */
final class PoolArbitration implements Arbitration {
    private static final long WATCH_MS = 250;

    private final WsPoolConfig config;
    private final FeedParts parts;
    private final Scheduler scheduler;
    private final FeedEventLog eventLog;
    private final StreamTable streams;
    private final Sequencer sequencer;
    private final ValueSplitter splitter;
    private final Replacements replacements;
    private final AgedConnections aged;
    private final LineAgreement agreement;
    private final RedundancyWatch redundancy;
    private final ArrivalSampling sampling;
    private final Map<Line, PooledConnection> members = new HashMap<>();

    private final StreamBeginnings beginnings;

    private Arbiter<OutgoingCopy> arbiter;
    private SilentConnections silent;
    private SlowConnections slow;
    private CandidateTrials trials;
    private long evictionTimer;
    private long watchTimer;
    private long startedNanos;
    /** The time of the arrival or end that is being handled. */
    private long nowNanos;

    /** @param windowMs how long connections are compared at least until one is said to lack messages */
    PoolArbitration(WsPoolConfig config, FeedParts parts, Replacements replacements, long windowMs) {
        this.config = config;
        this.parts = parts;
        this.scheduler = parts.scheduler();
        this.eventLog = parts.eventLog();
        this.streams = parts.streams();
        this.sequencer = parts.sequencer();
        this.splitter = parts.splitter();
        this.replacements = replacements;
        this.agreement = new LineAgreement(parts.reader().layout(), streams, parts.condition());
        this.redundancy = new RedundancyWatch(streams, parts.condition(), windowMs);
        this.aged = new AgedConnections(config, parts, replacements.trialMs());
        this.sampling = new ArrivalSampling(config.connections());
        this.beginnings = new StreamBeginnings(
                () -> members.keySet().stream().anyMatch(Line::inStep), new StreamBeginnings.Output() {
                    @Override
                    public void pass(Line line, Arrival<OutgoingCopy> copy) {
                        arbiter.copy(line, copy, nowNanos);
                    }

                    @Override
                    public void unmatched(Line line) {
                        arbiter.unmatched(line);
                    }
                });
    }

    @Override
    public void start() {
        members.clear();
        beginnings.clear();
        agreement.begin();
        redundancy.begin(scheduler.nowNanos());
        arbiter = new Arbiter<>(
                new ArbiterSettings(
                        config.hashCapacity(),
                        TimeUnit.MILLISECONDS.toNanos(config.historyMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.joinGuardMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.skewMs())),
                new Outcomes());
        arbiter.sample(sampling.start());
        silent = new SilentConnections(arbiter, parts, replacements.trialMs());
        slow = new SlowConnections(config, parts, replacements, agreement, members.keySet());
        trials = new CandidateTrials(config, parts, replacements.trialMs(), silent);
        evictionTimer = scheduler.every(config.evictIntervalMs(), slow::compare);
        startedNanos = scheduler.nowNanos();
        watchTimer = scheduler.everyStaggered(WATCH_MS, this::watch);
    }

    private void watch() {
        nowNanos = scheduler.nowNanos();
        beginnings.look(nowNanos);
        replacements.judgeImpaired();
        slow.lookForStall();
        arbiter.prepare(nowNanos);
        agreement.look(arbiter, members);
        redundancy.look(parts.slotTable().placed(), agreement.isTrusted() && !slow.isGrace(), scheduler.nowNanos());
        if (!slow.isGrace()) {
            silent.replace();
        }
        replacements.replaceDue();
        trials.decideAll();
        if (!replacements.anyUnproven()) {
            aged.rotate();
        }
        aged.replaceOverdue();
        if (!replacements.anyUnproven()) {
            slow.challenge();
        }
    }

    @Override
    public void sample(long everyMs, int messages) {
        sampling.set(everyMs, messages);
    }

    @Override
    public void sampleFrom(long startMs, int messages) {
        sampling.setFrom(startMs, messages);
    }

    @Override
    public ArrivalTable arrivalTable(long beforeNanos) {
        settleFigures();
        return sampling.table(beforeNanos).only(parts.slotTable().numbers());
    }

    @Override
    public double costMs(PooledConnection pooled) {
        return pooled.contender().cost(config.rankBy());
    }

    @Override
    public boolean areFiguresTrusted() {
        return slow != null && agreement.isTrusted() && !slow.isGrace();
    }

    @Override
    public void sampleAnew() {
        arbiter.sample(sampling.start());
    }

    /** The findings of the arbiter. */
    private final class Outcomes implements Arbiter.Output<OutgoingCopy> {
        @Override
        public void first(Line line, OutgoingCopy copy, boolean late) {
            splitter.look(copy);
            if (copy.stream() != null) {
                streams.published(copy.stream(), line.slot(), nowNanos);
            }
            sequencer.first(copy, late);
        }

        @Override
        public void inStep(Line line, boolean alone) {
            PooledConnection pooled = members.get(line);
            // a connection that has just lined up leads with all that it received in the last skew
            pooled.inStepNanos = scheduler.nowNanos() - (alone ? 0 : TimeUnit.MILLISECONDS.toNanos(config.skewMs()));
            eventLog.inStep(pooled, alone);
            if (pooled == pooled.slot.candidate()) {
                trials.begin(pooled.slot);
            }
            trials.decideAll();
        }

        @Override
        public void outOfStep(Line line) {
            PooledConnection pooled = members.get(line);
            eventLog.outOfStep(pooled);
            if (pooled == pooled.slot.pooled()) { // not one that was replaced and is closing
                pooled.slot.replace(EvictionReason.of(Cause.OUT_OF_STEP), replacements.trialMs());
            }
        }

        @Override
        public void conflict(Line line, int stream) {
            if (stream > 0 && streams.at(stream).conflicted()) {
                eventLog.conflict(members.get(line), streams.at(stream).name);
            }
        }

        @Override
        public void settled(long lines, int stream) {
            agreement.settled(lines, stream);
        }

        @Override
        public void settledLate(Line line, long lines, int stream) {
            agreement.settledLate(line, lines, stream);
            redundancy.deliveredLate(line, lines);
        }

        @Override
        public void lacked(long lines, long delivered) {
            redundancy.lacked(lines, delivered);
        }

        @Override
        public void held(Line line, int stream) {
            agreement.held(line, stream);
        }
    }

    @Override
    public void stop() {
        nowNanos = scheduler.nowNanos();
        beginnings.flush();
        scheduler.cancel(evictionTimer);
        scheduler.cancel(watchTimer);
    }

    @Override
    public void joined(PooledConnection pooled) {
        pooled.line =
                arbiter.join(pooled.slot.number() - 1, pooled.connection.connectStartedNanos(), scheduler.nowNanos());
        members.put(pooled.line, pooled);
        beginnings.joined(pooled.line);
        agreement.cleared(pooled.line);
        redundancy.joined(pooled);
        streams.joined(pooled.line.slot());
        pooled.inStepNanos = startedNanos; // in step at once = open before the first message
        aged.joined(pooled);
    }

    @Override
    public void parted(PooledConnection pooled) {
        nowNanos = scheduler.nowNanos();
        beginnings.left(pooled.line);
        members.remove(pooled.line);
        redundancy.parted(pooled);
        streams.parted(pooled.line.slot());
        agreement.cleared(pooled.line);
        arbiter.leave(pooled.line, nowNanos);
    }

    @Override
    public void arrived(PooledConnection pooled, ArrivingCopy copy) {
        nowNanos = copy.arrivalNanos();
        if (copy.isNumbered()) {
            copy.numbered(pooled.line.slot(), streams.slots());
        }
        agreement.arrived(pooled.line, copy);
        beginnings.arrived(pooled.line, copy);
        if (copy.provesRestart() && pooled.line.inStep()) {
            sequencer.restarted(copy.message());
        }
        if (copy.streamWatch() != null) {
            copy.streamWatch().brought(pooled.line.slot());
        }
        if (pooled == pooled.slot.candidate() && pooled.line.inStep() && pooled.isWorthALook(copy.arrivalNanos())) {
            trials.decide(pooled.slot, false);
        }
    }

    @Override
    public void subscribes(Collection<String> streams) {
        beginnings.expect(streams, scheduler.nowNanos());
    }

    @Override
    public void trialOver(ConnectionSlot slot) {
        trials.decide(slot, true);
    }

    @Override
    public void settleFigures() {
        if (arbiter != null) {
            arbiter.settleFigures(scheduler.nowNanos());
        }
    }

    @Override
    public double copiesPerMessage() {
        return redundancy.copiesPerMessage();
    }

    @Override
    public WsConnection fastest(Stream<WsConnection> live) {
        // without a measurement it sorts last
        return live.min(Comparator.comparingDouble(WsConnection::expectedLatencyMs))
                .orElse(null);
    }
}
