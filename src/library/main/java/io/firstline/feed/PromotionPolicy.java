package io.firstline.feed;

import io.firstline.config.RankBy;
import io.firstline.feed.EvictionPolicy.Contender;

/**
 * Decides whether a candidate takes the slot of the connection that it is to replace. It must deliver in step. If it
 * was opened because the other is slow, it must also be clearly faster, measured over the same messages. Pure.
 */
final class PromotionPolicy {
    /** The least number of the candidate's copies over which both are measured, if they arrive in time. */
    static final int COPIES = 100;

    /** Better by a fifth: a smaller difference may be chance. */
    private static final double CLEARLY = 0.8;

    private PromotionPolicy() {}

    /** The decision about a candidate. */
    enum Decision {
        WAIT,
        TAKE,
        DROP
    }

    /**
     * A decision with its reason.
     *
     * @param why with {@code DROP}, what was wrong; with {@code TAKE}, the compared figures, if any; otherwise empty
     */
    record Verdict(Decision decision, String why) {
        private static final Verdict WAIT = new Verdict(Decision.WAIT, "");
    }

    /**
     * The facts about a candidate.
     *
     * @param lacks what it must still do, in words; null = it delivers, in step, all that the others deliver
     * @param old the connection that it replaces, measured since the candidate was in step; null = that one need not
     *     be slower
     * @param candidate the candidate, measured over the same time
     * @param timeUp whether the time limit of the trial has passed
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
        // an old connection that delivered nothing meanwhile is worse than any candidate
        boolean notBetter = Double.isNaN(cost) || CLEARLY * facts.old().cost(rankBy) < cost;
        return notBetter ? new Verdict(Decision.DROP, "not better: " + figures) : new Verdict(Decision.TAKE, figures);
    }
}
