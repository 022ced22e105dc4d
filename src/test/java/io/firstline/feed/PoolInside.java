package io.firstline.feed;

import io.firstline.arbitration.report.LineFigures;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Connector;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.Scheduler;
import io.vertx.core.internal.ContextInternal;

/** A pool in a simulated environment, with access to its internals. Call everything on the pool's context. */
public final class PoolInside {
    private final WsPool pool;

    public PoolInside(
            ContextInternal context, Scheduler scheduler, Connector connector, WsPoolConfig config, long trialMs) {
        this.pool = new WsPool(
                new FeedEnvironment(context, scheduler, any -> connector, new ConnectBudget()),
                "p",
                config,
                SubscribeTemplates.NONE,
                MessageFormat.NONE,
                trialMs);
    }

    public WsPool pool() {
        return pool;
    }

    /** The number of slots with an open connection. */
    public int live() {
        return pool.slotTable().live();
    }

    /** The number of slots with an open connection that may lead. */
    public int inStep() {
        int inStep = 0;
        for (ConnectionSlot slot : pool.slotTable().slots()) {
            inStep += slot.isLive() && slot.pooled().line.inStep() ? 1 : 0;
        }
        return inStep;
    }

    /** The time without any frame if no connection with a slot answers; otherwise 0. */
    public long unansweredNanos(long nowNanos) {
        return pool.slotTable().isUnanswered() ? nowNanos - pool.slotTable().lastFrameNanos() : 0;
    }

    public int candidates() {
        int candidates = 0;
        for (ConnectionSlot slot : pool.slotTable().slots()) {
            candidates += slot.candidate() != null ? 1 : 0;
        }
        return candidates;
    }

    /** The number of connections that the pool counts as open, those that are closing included. */
    public int open() {
        return pool.slotTable().open().size();
    }

    /** A handle of an open connection; null if the pool has none with this id. */
    public Place place(String connectionId) {
        for (PooledConnection member : pool.slotTable().open()) {
            if (member.id().equals(connectionId)) {
                return new Place(member);
            }
        }
        return null;
    }

    /** One connection as its pool sees it. */
    public final class Place {
        private final PooledConnection member;

        private Place(PooledConnection member) {
            this.member = member;
        }

        /** Whether the pool still counts it as open or closing. */
        public boolean isTracked() {
            return pool.slotTable().open().contains(member);
        }

        public boolean isPlaced() {
            return member.slot.pooled() == member && member.isLive();
        }

        public boolean isCandidate() {
            return member.slot.candidate() == member;
        }

        /** Whether its slot has a candidate. */
        public boolean isContested() {
            return member.slot.candidate() != null;
        }

        public boolean isLive() {
            return member.isLive();
        }

        public boolean inStep() {
            return member.line != null && member.line.inStep();
        }

        public LineFigures figures() {
            return member.line.figures();
        }
    }
}
