package io.firstline.feed;

import io.firstline.arbitration.Line;
import io.firstline.arbitration.StreamFigures;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.FeedFact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reports connections that lack a part of the messages, and connections that lack the same ones, while the merged
 * stream is still complete. Runs on the feed's context.
 */
final class RedundancyWatch {
    /** The number of calls of {@link #look} that make about a second. */
    private static final int LOOKS = 4;

    private final StreamTable streams;
    private final FeedCondition condition;
    private final LackingCopies lacking;
    private final SharedLosses shared = new SharedLosses();
    /** By slot in the arbiter. */
    private final Map<Integer, String> ids = new HashMap<>();

    private int looks;
    private boolean trusted = true;

    /** @param windowMs see {@link LackingCopies} */
    RedundancyWatch(StreamTable streams, FeedCondition condition, long windowMs) {
        this.lacking = new LackingCopies(windowMs);
        this.streams = streams;
        this.condition = condition;
    }

    /** The feed starts: forgets everything. */
    void begin(long nowNanos) {
        ids.values().forEach(lacking::left);
        ids.clear();
        lacking.restart();
        shared.begin(nowNanos);
    }

    /** A connection occupies its slot from now on. */
    void joined(PooledConnection pooled) {
        ids.put(pooled.line.slot(), pooled.id());
    }

    /** A connection has ended. */
    void parted(PooledConnection pooled) {
        shared.cleared(pooled.line.slot()).forEach(this::report);
        ids.remove(pooled.line.slot());
        if (lacking.left(pooled.id())) {
            report(new LackingCopies.Finding(pooled.id(), 0, 0, 0, List.of(), true));
        }
    }

    /** See {@link io.firstline.arbitration.Arbiter.Output#lacked}. */
    void lacked(long lines, long delivered) {
        if (trusted) {
            shared.lacked(lines, delivered);
        }
    }

    /** See {@link io.firstline.arbitration.Arbiter.Output#settledLate}. */
    void deliveredLate(Line line, long before) {
        shared.regained(line.slot(), before);
    }

    /**
     * Compares connections; called several times a second.
     *
     * @param areLossesTrusted whether losses mean something now: copies match, and no stall affects them
     */
    void look(Collection<PooledConnection> placed, boolean areLossesTrusted, long nowNanos) {
        trusted = areLossesTrusted;
        if (!trusted) {
            lacking.restart();
            return;
        }
        if (++looks % LOOKS != 0) {
            return;
        }
        List<LackingCopies.Seen> members = new ArrayList<>();
        for (PooledConnection pooled : placed) {
            if (pooled.line.inStep() && pooled.isSubscribed() && !pooled.isImpaired()) {
                members.add(seen(pooled.id(), pooled.line));
            }
        }
        lacking.look(members, nowNanos).forEach(this::report);
        placed.forEach(pooled -> pooled.lackingShare = lacking.share(pooled.id()));
        shared.look(nowNanos).forEach(this::report);
    }

    private LackingCopies.Seen seen(String id, Line line) {
        Map<String, LackingCopies.Count> byStream = new HashMap<>();
        for (StreamWatch stream : streams.all()) {
            StreamFigures figures = stream.place == 0 ? null : line.figuresIn(stream.place);
            if (figures != null && figures.hasCopies()) {
                byStream.put(
                        stream.name,
                        new LackingCopies.Count(
                                figures.copies(), figures.losses(), figures.lossesToOne(), figures.saves()));
            }
        }
        return new LackingCopies.Seen(
                id, new LackingCopies.Count(line.copies(), line.losses(), line.lossesToOne(), line.saves()), byStream);
    }

    /** How many connections delivered a message lately, on average; NaN = not known. */
    double copiesPerMessage() {
        return lacking.copiesPerMessage();
    }

    private void report(LackingCopies.Finding finding) {
        String of = finding.streams().isEmpty()
                ? "the messages"
                : "the messages of " + String.join(", ", finding.streams());
        String what = finding.over()
                ? finding.connection() + " no longer lacks messages that others deliver"
                : String.format(
                        Locale.ROOT,
                        "%s lacks a part of %s, which others deliver: %.1f %% of all, %d of the last %d",
                        finding.connection(),
                        of,
                        100 * finding.share(),
                        finding.missing(),
                        finding.messages());
        condition.redundancy(
                ProfileProblem.COPIES_MISSING,
                finding.connection(),
                what,
                new FeedFact.CopiesMissing(
                        finding.connection(),
                        finding.share(),
                        finding.missing(),
                        finding.messages(),
                        finding.streams(),
                        finding.over()),
                finding.over());
    }

    private void report(SharedLosses.Finding finding) {
        List<String> both = List.of(id(finding.slot()), id(finding.other()));
        String what = finding.over()
                ? String.join(" and ", both) + " no longer lack the same messages"
                : String.format(
                        Locale.ROOT,
                        "%s and %s lack the same messages (%.0f %%): they may come from one upstream",
                        both.get(0),
                        both.get(1),
                        100 * finding.share());
        condition.redundancy(
                ProfileProblem.LOSSES_SHARED,
                String.join(" ", both),
                what,
                new FeedFact.LossesShared(both, finding.share(), finding.over()),
                finding.over());
    }

    private String id(int slot) {
        return ids.getOrDefault(slot, "?");
    }
}
