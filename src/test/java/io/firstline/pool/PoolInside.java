package io.firstline.pool;

import io.firstline.arbitration.LineFigures;
import io.firstline.config.Dialect;
import io.firstline.config.Subscribing;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Connector;
import io.vertx.core.internal.ContextInternal;

/** A pool in a simulated environment, with access to its internals. Call everything on the pool's context. */
public final class PoolInside {
    private final WsPool pool;

    public PoolInside(
            ContextInternal context, Clockwork clockwork, Connector connector, WsPoolConfig config, long trialMs) {
        this.pool = new WsPool(
                new Surroundings(context, clockwork, any -> connector, new ConnectBudget()),
                "p",
                config,
                Subscribing.NONE,
                Dialect.NONE,
                trialMs);
    }

    public WsPool pool() {
        return pool;
    }

    /** The number of seats with an open connection. */
    public int live() {
        return pool.roster.live();
    }

    /** The number of seats with an open connection that may lead. */
    public int inStep() {
        int inStep = 0;
        for (Seat seat : pool.roster.seats()) {
            inStep += seat.isLive() && seat.member().line.inStep() ? 1 : 0;
        }
        return inStep;
    }

    /** The time without any frame if no connection with a seat answers; otherwise 0. */
    public long unansweredNanos(long nowNanos) {
        return pool.roster.isUnanswered() ? nowNanos - pool.roster.lastFrameNanos() : 0;
    }

    public int candidates() {
        int candidates = 0;
        for (Seat seat : pool.roster.seats()) {
            candidates += seat.candidate() != null ? 1 : 0;
        }
        return candidates;
    }

    /** The number of connections that the pool counts as open, those that are closing included. */
    public int open() {
        return pool.roster.open().size();
    }

    /** A handle of an open connection; null if the pool has none with this id. */
    public Place place(String connectionId) {
        for (Member member : pool.roster.open()) {
            if (member.id().equals(connectionId)) {
                return new Place(member);
            }
        }
        return null;
    }

    /** One connection as its pool sees it. */
    public final class Place {
        private final Member member;

        private Place(Member member) {
            this.member = member;
        }

        /** Whether the pool still counts it as open or closing. */
        public boolean isTracked() {
            return pool.roster.open().contains(member);
        }

        public boolean isSeated() {
            return member.seat.member() == member && member.isLive();
        }

        public boolean isCandidate() {
            return member.seat.candidate() == member;
        }

        /** Whether its seat has a candidate. */
        public boolean isContested() {
            return member.seat.candidate() != null;
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
