package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.ArrivalSamples;
import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.Line;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Scheduler;
import io.firstline.connection.WsConnection;
import io.firstline.feed.EvictionPolicy.Contender;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.Sequencer;
import io.firstline.feed.message.Silence;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Publishes the first copy of every message, once. Compares the connections and challenges the clearly slow ones, one
 * after another: each is closed only after its replacement delivers in step with the others, and faster.
 */
final class PoolArbitration implements Arbitration {
    private static final long WATCH_MS = 250;
    private static final int SILENCE_MESSAGES = 5;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A younger connection may still be subscribing. */
    private static final long FIRST_DATA_MS = 10_000;
    /** Unless {@link #sample} says otherwise. */
    private static final int SAMPLE_EVERY_MS = 250;

    private static final int SAMPLED_MESSAGES = 1_024;
    /** A sampled message waits two seconds for its copies. */
    private static final int MOST_WAITING = 1 << 16;

    private static final int WAITING_MS = 2_000;

    private final WsPoolConfig config;
    private final long trialMs;
    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final FeedEventLog eventLog;
    private final FeedMonitor monitor;
    private final StreamTable streams;
    private final Sequencer sequencer;
    private final ValueSplitter splitter;
    private final Replacements replacements;
    private final Map<Line, PooledConnection> members = new HashMap<>();
    private Arbiter<OutgoingCopy> arbiter;
    private final Rotation rotation;
    private final LineAgreement agreement;
    /** The slow connections of the last comparison that are still to be challenged. */
    private final Deque<Contender> slow = new ArrayDeque<>();

    private long evictionTimer;
    private long watchTimer;
    private long startedNanos;
    private long sampleEveryMs = SAMPLE_EVERY_MS;
    private int sampledMessages = SAMPLED_MESSAGES;
    private ArrivalSamples samples;
    private CommonStall stall = new CommonStall();

    PoolArbitration(WsPoolConfig config, FeedParts parts, Replacements replacements) {
        this.config = config;
        this.trialMs = replacements.trialMs();
        this.scheduler = parts.scheduler();
        this.slotTable = parts.slotTable();
        this.eventLog = parts.eventLog();
        this.monitor = parts.monitor();
        this.streams = parts.streams();
        this.sequencer = parts.sequencer();
        this.splitter = parts.splitter();
        this.replacements = replacements;
        this.agreement = new LineAgreement(parts.reader().layout(), streams, eventLog);
        this.rotation = new Rotation(config.maxAgeMs(), config.rotationWindows(), scheduler.random());
    }

    @Override
    public void start() {
        members.clear();
        agreement.begin();
        arbiter = new Arbiter<>(
                new ArbiterSettings(
                        config.hashCapacity(),
                        TimeUnit.MILLISECONDS.toNanos(config.historyMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.joinGuardMs()),
                        TimeUnit.MILLISECONDS.toNanos(config.skewMs())),
                new Outcomes());
        samples = new ArrivalSamples(
                config.connections(),
                TimeUnit.MILLISECONDS.toNanos(sampleEveryMs),
                sampleEveryMs == 0 ? MOST_WAITING : powerOfTwo(8 * WAITING_MS / sampleEveryMs),
                sampledMessages);
        arbiter.sample(samples);
        evictionTimer = scheduler.every(config.evictIntervalMs(), this::lookForSlow);
        stall = new CommonStall();
        startedNanos = scheduler.nowNanos();
        watchTimer = scheduler.every(WATCH_MS, () -> {
            replacements.judgeImpaired();
            lookForStall();
            arbiter.settleFigures(scheduler.nowNanos());
            agreement.look(arbiter, members);
            replaceSilent();
            replacements.replaceDue();
            considerCandidates();
            if (!replacements.anyUnproven()) {
                rotateOldest();
            }
            replaceOverdue();
            if (!replacements.anyUnproven()) {
                challengeSlow();
            }
        });
    }

    private static int powerOfTwo(long atLeast) {
        return atLeast <= 2 ? 2 : (int) Math.min(MOST_WAITING, Long.highestOneBit(atLeast - 1) << 1);
    }

    @Override
    public void sample(long everyMs, int messages) {
        sampleEveryMs = everyMs;
        sampledMessages = messages;
    }

    @Override
    public ArrivalTable arrivalTable(long beforeNanos) {
        if (samples == null) { // not started
            return ArrivalTable.of(config.connections());
        }
        arbiter.settleFigures(scheduler.nowNanos());
        return samples.table(beforeNanos);
    }

    /** The findings of the arbiter. */
    private final class Outcomes implements Arbiter.Output<OutgoingCopy> {
        @Override
        public void first(Line line, OutgoingCopy copy, boolean late) {
            publishFirst(line, copy, late);
        }

        @Override
        public void inStep(Line line, boolean alone) {
            PooledConnection pooled = members.get(line);
            // a connection that has just lined up leads with all that it received in the last skew
            pooled.inStepNanos = scheduler.nowNanos() - (alone ? 0 : TimeUnit.MILLISECONDS.toNanos(config.skewMs()));
            eventLog.inStep(pooled, alone);
            if (pooled == pooled.slot.candidate()) {
                startTrial(pooled.slot);
            }
            considerCandidates();
        }

        @Override
        public void outOfStep(Line line) {
            PooledConnection pooled = members.get(line);
            eventLog.outOfStep(pooled);
            if (pooled == pooled.slot.pooled()) { // not one that was replaced and is closing
                pooled.slot.replace(EvictionReason.of(Cause.OUT_OF_STEP), trialMs);
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
        }

        @Override
        public void held(Line line, int stream) {
            agreement.held(line, stream);
        }
    }

    @Override
    public void stop() {
        scheduler.cancel(evictionTimer);
        scheduler.cancel(watchTimer);
    }

    @Override
    public void joined(PooledConnection pooled) {
        pooled.line =
                arbiter.join(pooled.slot.number() - 1, pooled.connection.connectStartedNanos(), scheduler.nowNanos());
        members.put(pooled.line, pooled);
        agreement.cleared(pooled.line);
        streams.joined(pooled.line.slot());
        pooled.inStepNanos = startedNanos; // in step at once = open before the first message
        pooled.ageLimitMs = rotation.ageLimitMs();
    }

    @Override
    public void parted(PooledConnection pooled) {
        members.remove(pooled.line);
        streams.parted(pooled.line.slot());
        agreement.cleared(pooled.line);
        arbiter.leave(pooled.line, scheduler.nowNanos());
    }

    @Override
    public void arrived(PooledConnection pooled, ArrivingCopy copy) {
        if (copy.isNumbered()) {
            copy.numbered(pooled.line.slot(), streams.slots());
        }
        agreement.arrived(pooled.line, copy.payload());
        arbiter.copy(pooled.line, copy, copy.arrivalNanos());
        if (copy.provesRestart() && pooled.line.inStep()) {
            sequencer.restarted(copy.message());
        }
        if (copy.streamWatch() != null) {
            copy.streamWatch().brought(pooled.line.slot());
        }
        if (pooled == pooled.slot.candidate() && pooled.line.inStep() && pooled.isWorthALook(copy.arrivalNanos())) {
            consider(pooled.slot, false);
        }
    }

    private void publishFirst(Line line, OutgoingCopy copy, boolean guessedLate) {
        splitter.look(copy);
        if (copy.stream() != null) {
            streams.published(copy.stream(), line.slot(), scheduler.nowNanos());
        }
        sequencer.first(copy, guessedLate);
    }

    /** Restarts measurements after a stall: copies that were late with all others say nothing about one connection. */
    private void lookForStall() {
        long now = scheduler.nowNanos();
        List<Silence> ofConnections = new ArrayList<>();
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive()) {
                ofConnections.add(slot.pooled().lastSilence(now));
            }
        }
        if (stall.look(ofConnections, monitor.lastStall(), now)) {
            members.keySet().forEach(Line::startWindow);
        }
        if (stall.isGrace()) {
            slow.clear();
        }
    }

    /** Compares connections over one interval in which none joined. */
    private void lookForSlow() {
        lookForStall();
        if (slotTable.live() < config.minLive()
                || replacements.anyUnproven()
                || stall.isGrace()
                || !agreement.isTrusted()) {
            return; // missing messages are known only if copies match
        }
        List<Contender> live =
                slotTable.placed().stream().map(PoolArbitration::contender).toList();
        if (!EvictionPolicy.canJudge(live, config.rankBy())) {
            return; // the interval continues: a quiet feed needs several
        }
        slow.clear();
        slow.addAll(EvictionPolicy.slow(live, config.rankBy(), config.evictIntervalMs()));
        members.keySet().forEach(Line::startWindow);
        challengeSlow();
    }

    /** Challenges one connection at a time: the next follows when the last candidate was promoted or dropped. */
    private void challengeSlow() {
        if (!agreement.isTrusted()) {
            slow.clear();
        }
        while (!slow.isEmpty()) {
            Contender next = slow.poll();
            for (ConnectionSlot slot : slotTable.slots()) {
                if (slot.isLive()
                        && slot.pooled().id().equals(next.connectionId())
                        && slot.challenge(EvictionReason.slow(next.figures(config.rankBy())), trialMs)) {
                    return;
                }
            }
        }
    }

    private static Contender contender(PooledConnection pooled) {
        return new Contender(
                pooled.id(), pooled.connection.expectedLatencyMs(), pooled.line.window(), pooled.connection.ageMs());
    }

    /**
     * Replaces a connection that delivers nothing, or nothing of one stream, while its siblings do: it is dead, even
     * if it answers pings. A connection without answers is judged elsewhere. After a stall, bursts of siblings prove
     * nothing.
     */
    private void replaceSilent() {
        if (stall.isGrace()) {
            return;
        }
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && slot.pooled().connection.pings().isUnanswered()) {
                continue;
            }
            if (slot.isLive()
                    && (slot.pooled().line.inStep() || slot.pooled().connection.ageMs() > FIRST_DATA_MS)
                    && isSilent(slot.pooled())
                    && slot.replace(EvictionReason.of(Cause.SILENT), trialMs)) {
                eventLog.silent(slot.pooled());
            } else if (slot.isLive() && slot.pooled().line.inStep()) {
                streams.any(stream -> stream.isSilentIn(slot.pooled().line.slot()))
                        .filter(stream -> slot.replace(EvictionReason.silent(stream.name), trialMs))
                        .ifPresent(stream -> eventLog.silent(slot.pooled(), stream.name));
            }
        }
    }

    /** Replaces one at a time, without waiting for empty slots to be filled: the server is about to close it. */
    private void replaceOverdue() {
        ConnectionSlot oldest = null;
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.candidate() != null) {
                return;
            }
            if (isOverdue(slot) && (oldest == null || overAgeMs(slot) > overAgeMs(oldest))) {
                oldest = slot;
            }
        }
        if (oldest != null) {
            oldest.replace(EvictionReason.OVERDUE, trialMs);
        }
    }

    private boolean isOverdue(ConnectionSlot slot) {
        return config.maxAgeMs() > 0
                && slot.isLive()
                && slot.pooled().connection.ageMs() >= config.maxAgeMs();
    }

    /** Replaces the connection that exceeds its age limit most. */
    private void rotateOldest() {
        long epochMs = scheduler.epochMicros() / 1_000;
        ConnectionSlot oldest = null;
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive()
                    && rotation.isDue(slot.pooled().connection.ageMs(), slot.pooled().ageLimitMs, epochMs)
                    && (oldest == null || overAgeMs(slot) > overAgeMs(oldest))) {
                oldest = slot;
            }
        }
        if (oldest != null) {
            oldest.replace(EvictionReason.of(Cause.AGE), trialMs);
        }
    }

    private static long overAgeMs(ConnectionSlot slot) {
        return slot.pooled().connection.ageMs() - slot.pooled().ageLimitMs;
    }

    // trials

    /** Starts to measure the candidate and the connection that it is to replace, over the same messages. */
    private static void startTrial(ConnectionSlot slot) {
        slot.candidate().line.startWindow();
        if (slot.isLive()) {
            slot.pooled().line.startWindow();
        }
    }

    private void considerCandidates() {
        slotTable.slots().forEach(slot -> consider(slot, false));
    }

    private void consider(ConnectionSlot slot, boolean timeUp) {
        PooledConnection candidate = slot.candidate();
        if (candidate == null) {
            return;
        }
        String lacks = lacks(candidate);
        boolean compared = lacks == null && slot.isChallenged() && slot.isLive();
        if (compared && !timeUp && candidate.line.windowCopies() < PromotionPolicy.COPIES) {
            return; // percentiles are too expensive for every call
        }
        PromotionPolicy.Verdict verdict = PromotionPolicy.verdict(
                new PromotionPolicy.Facts(
                        lacks,
                        compared ? contender(slot.pooled()) : null,
                        compared ? contender(candidate) : null,
                        timeUp),
                config.rankBy());
        switch (verdict.decision()) {
            case WAIT -> {}
            case TAKE -> slot.promote(verdict.why());
            case DROP -> {
                if (slot.isCandidateTheOneThatAnswers()) {
                    slot.promote("");
                } else {
                    slot.abandon(verdict.why());
                }
            }
        }
    }

    /** Returns what a candidate must still do before it can take a slot; null = nothing. */
    private String lacks(PooledConnection candidate) {
        if (!candidate.isLive() || !candidate.slot.isCandidateHeard() || !candidate.line.inStep()) {
            return "not delivering in step after " + trialMs + " ms";
        }
        if (!candidate.isSubscribed()) {
            return "without an answer to its subscribe requests after " + trialMs + " ms";
        }
        Optional<StreamWatch> lacking = streams.any(stream -> stream.isLackingIn(candidate.line.slot()));
        if (lacking.isPresent()) {
            return "not delivering " + lacking.get().name + " after " + trialMs + " ms";
        }
        if (candidate.slot.isAliveAgain()) {
            return "not needed: the old connection is alive again";
        }
        if (!delivers(candidate.slot)) {
            return null;
        }
        if (slotTable.live() < config.minLive()) {
            return "the old connection is still needed: fewer than minLive are live";
        }
        return slotTable.live() < slotTable.target() && !candidate.slot.reason().equals(EvictionReason.OVERDUE)
                ? "the old connection is still needed: not all others are live"
                : null;
    }

    /** Do not replace a delivering connection while a slot is empty: the new one may fail as the last one did. */
    private boolean delivers(ConnectionSlot slot) {
        return slot.isLive() && slot.pooled().line.inStep() && !slot.pooled().isImpaired() && !isSilent(slot.pooled());
    }

    private boolean isSilent(PooledConnection pooled) {
        return arbiter.isSilentBesideOthers(pooled.line, SILENCE_MESSAGES, SILENCE_NANOS);
    }

    @Override
    public void trialOver(ConnectionSlot slot) {
        consider(slot, true);
    }

    @Override
    public void settleFigures() {
        if (arbiter != null) {
            arbiter.settleFigures(scheduler.nowNanos());
        }
    }

    @Override
    public WsConnection fastest(Stream<WsConnection> live) {
        // without a measurement it sorts last
        return live.min(Comparator.comparingDouble(WsConnection::expectedLatencyMs))
                .orElse(null);
    }
}
