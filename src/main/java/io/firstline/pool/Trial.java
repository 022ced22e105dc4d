package io.firstline.pool;

import io.firstline.config.RankBy;
import io.firstline.pool.EvictionPolicy.Contender;

/**
 * Whether a candidate takes the seat of the connection that it is to replace. It must deliver in step; one that was opened because the
 * other is slow must also turn out to be clearly faster, measured over the same messages. Pure.
 */
final class Trial {
    /** Both are measured over at least so many copies of the candidate, if they come in time. */
    static final int COPIES = 100;

    /** Better by a fifth: less may be chance. */
    private static final double CLEARLY = 0.8;

    private Trial() {}

    /** What is decided. */
    enum Decision {
        WAIT,
        TAKE,
        DROP
    }

    /**
     * A decision with its reason.
     *
     * @param why with {@code DROP}, what was wrong; with {@code TAKE}, the numbers if any were compared; else empty
     */
    record Verdict(Decision decision, String why) {
        private static final Verdict WAIT = new Verdict(Decision.WAIT, "");
    }

    /**
     * What is known of a candidate.
     *
     * @param lacks what it must still do, in words: null = it delivers, in step, all that the others deliver
     * @param old the connection that it replaces, measured since the candidate was in step; null = that one need not be slower
     * @param candidate the candidate itself, measured over the same time
     * @param timeUp no more waiting
     */
    record Facts(String lacks, Contender old, Contender candidate, boolean timeUp) {}

    static Verdict verdict(Facts facts, RankBy rankBy) {
        if (facts.lacks() != null) {
            return facts.timeUp() ? new Verdict(Decision.DROP, facts.lacks()) : Verdict.WAIT;
        }
        if (facts.old() == null) {
            return new Verdict(Decision.TAKE, "");
        }
        double cost = facts.candidate().cost(rankBy);
        if (!facts.timeUp() && (facts.candidate().window().copies() < COPIES || Double.isNaN(cost))) {
            return Verdict.WAIT;
        }
        String figures =
                facts.candidate().figures(rankBy) + " against " + facts.old().figures(rankBy);
        // an old one that brought nothing meanwhile is worse than any
        boolean notBetter = Double.isNaN(cost) || CLEARLY * facts.old().cost(rankBy) < cost;
        return notBetter ? new Verdict(Decision.DROP, "not better: " + figures) : new Verdict(Decision.TAKE, figures);
    }
}
