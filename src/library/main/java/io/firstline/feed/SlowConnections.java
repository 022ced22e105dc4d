package io.firstline.feed;

import io.firstline.arbitration.Line;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Scheduler;
import io.firstline.feed.EvictionPolicy.Contender;
import io.firstline.feed.message.Silence;
import io.firstline.feed.report.EvictionReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Compares the connections of a pool and challenges the clearly slow ones, one after another. After a stall of all,
 * measurements begin anew: copies that were late with all others say nothing about one connection. Runs on the feed's
 * context.
 */
final class SlowConnections {
    private final WsPoolConfig config;
    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final FeedMonitor monitor;
    private final Replacements replacements;
    private final LineAgreement agreement;
    private final Collection<Line> lines;
    private final CommonStall stall = new CommonStall();
    /** Those of the last comparison that are still to be challenged. */
    private final Deque<Contender> slow = new ArrayDeque<>();

    /**
     * Begins without measurements.
     *
     * @param lines the lines of all open connections, at any time
     */
    SlowConnections(
            WsPoolConfig config,
            FeedParts parts,
            Replacements replacements,
            LineAgreement agreement,
            Collection<Line> lines) {
        this.config = config;
        this.scheduler = parts.scheduler();
        this.slotTable = parts.slotTable();
        this.monitor = parts.monitor();
        this.replacements = replacements;
        this.agreement = agreement;
        this.lines = lines;
    }

    /** Looks for a stall of all connections; called several times a second. */
    void lookForStall() {
        long now = scheduler.nowNanos();
        List<Silence> ofConnections = new ArrayList<>();
        slotTable.placed().forEach(pooled -> ofConnections.add(pooled.lastSilence(now)));
        if (stall.look(ofConnections, monitor.lastStall(), now)) {
            lines.forEach(Line::startWindow);
        }
        if (stall.isGrace()) {
            slow.clear();
        }
    }

    /** Returns whether current figures may be the effect of a stall: bursts of others prove nothing. */
    boolean isGrace() {
        return stall.isGrace();
    }

    /** Compares connections over one interval in which none joined. */
    void compare() {
        lookForStall();
        if (slotTable.live() < config.minLive()
                || replacements.anyUnproven()
                || stall.isGrace()
                || !agreement.isTrusted()) {
            return; // missing messages are known only if copies match
        }
        List<Contender> live =
                slotTable.placed().stream().map(PooledConnection::contender).toList();
        if (!EvictionPolicy.canJudge(live, config.rankBy())) {
            return; // the interval continues: a quiet feed needs several
        }
        slow.clear();
        slow.addAll(EvictionPolicy.slow(live, config.rankBy(), config.evictIntervalMs()));
        lines.forEach(Line::startWindow);
        challenge();
    }

    /** Challenges one connection at a time: the next follows when the last candidate was promoted or dropped. */
    void challenge() {
        if (!agreement.isTrusted()) {
            slow.clear();
        }
        boolean challenged = false;
        while (!challenged && !slow.isEmpty()) {
            Contender next = slow.poll();
            EvictionReason reason = EvictionReason.slow(next.figures(config.rankBy()));
            challenged = slotTable.placed().stream()
                    .filter(pooled -> pooled.id().equals(next.connectionId()))
                    .anyMatch(pooled -> pooled.slot.challenge(reason, replacements.trialMs()));
        }
    }
}
