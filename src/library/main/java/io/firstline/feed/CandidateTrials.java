package io.firstline.feed;

import io.firstline.config.WsPoolConfig;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.EvictionReason;
import java.util.Optional;

/** Promotes or drops the candidates of a pool. Runs on the feed's context. */
final class CandidateTrials {
    private final WsPoolConfig config;
    private final long trialMs;
    private final SlotTable slotTable;
    private final StreamTable streams;
    private final SilentConnections silent;

    CandidateTrials(WsPoolConfig config, FeedParts parts, long trialMs, SilentConnections silent) {
        this.config = config;
        this.trialMs = trialMs;
        this.slotTable = parts.slotTable();
        this.streams = parts.streams();
        this.silent = silent;
    }

    /** Starts to measure the candidate and the connection that it is to replace, over the same messages. */
    void begin(ConnectionSlot slot) {
        slot.candidate().line.startWindow();
        if (slot.isLive()) {
            slot.pooled().line.startWindow();
        }
    }

    void decideAll() {
        slotTable.slots().forEach(slot -> decide(slot, false));
    }

    /**
     * Decides about the candidate of a slot, if it has one.
     *
     * @param timeUp whether to promote or drop it now
     */
    void decide(ConnectionSlot slot, boolean timeUp) {
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
                        compared ? slot.pooled().contender() : null,
                        compared ? candidate.contender() : null,
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
        return slot.isLive()
                && slot.pooled().line.inStep()
                && !slot.pooled().isImpaired()
                && !silent.isSilent(slot.pooled());
    }
}
