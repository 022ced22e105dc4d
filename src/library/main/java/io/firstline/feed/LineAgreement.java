package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.Line;
import io.firstline.arbitration.MatchRate;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.CopyDifference;
import io.firstline.feed.message.CopySamples;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.ProfileLayout;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.report.FeedFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Detects connections that deliver different messages, reports the members in which their copies differ, and suspends
 * figures that need matching copies. Runs on the feed's context.
 */
final class LineAgreement {
    /** Earlier messages of a connection may be specific to it: acks and snapshots. */
    private static final long START_UP_MS = 2_000;
    /** The number of calls of {@link #look} that make about a second. */
    private static final int LOOKS = 4;

    private final ProfileLayout layout;
    private final StreamTable streams;
    private final FeedCondition condition;
    private final CopySamples samples = new CopySamples();
    private MatchRate agreement;
    private long grown;
    private int looks;
    private boolean differs;

    LineAgreement(ProfileLayout layout, StreamTable streams, FeedCondition condition) {
        this.layout = layout;
        this.streams = streams;
        this.condition = condition;
        begin();
    }

    /** The feed starts: forgets everything. */
    void begin() {
        agreement = new MatchRate(layout.classes() + 1);
        grown = 0;
        differs = false;
        samples.want(false);
    }

    void settled(long lines, int stream) {
        agreement.came(lines, grown, group(stream));
    }

    void settledLate(Line line, long before, int stream) {
        agreement.cameLate(line.slot(), before, group(stream));
    }

    void held(Line line, int stream) {
        agreement.came(1L << line.slot(), grown, group(stream));
    }

    private int group(int stream) {
        return stream == 0 ? 0 : streams.at(stream).places.number();
    }

    /** A connection occupies this slot from now on, or has left it. */
    void cleared(Line line) {
        grown &= ~(1L << line.slot());
        agreement.cleared(line.slot());
        samples.cleared(line.slot());
    }

    void arrived(Line line, ArrivingCopy copy) {
        if (samples.isWanted()) {
            samples.take(line.slot(), copy.payload());
        }
    }

    /** Returns whether the figures of connections can be trusted. */
    boolean isTrusted() {
        return !differs && !agreement.isSuspect();
    }

    /** Compares connections; called several times a second. */
    void look(Arbiter<OutgoingCopy> arbiter, Map<Line, PooledConnection> members) {
        if (++looks % LOOKS != 0) {
            return;
        }
        agreement.look();
        members.forEach((line, pooled) -> {
            if (pooled.connection.ageMs() >= START_UP_MS && pooled.isSubscribed()) {
                grown |= 1L << line.slot();
            }
        });
        boolean anyDiffers = false;
        for (int group = 0; group <= layout.classes(); group++) {
            long slots = agreement.differing(group);
            anyDiffers |= slots != 0;
            if (slots != 0) {
                report(group, slots, members);
            } else {
                condition.over(ProfileProblem.LINES_DIFFER, layout.className(group));
            }
        }
        if (anyDiffers && !differs) {
            arbiter.distrustFigures();
        } else if (!anyDiffers && (differs || agreement.isProven())) {
            arbiter.trustFigures();
        }
        if (differs && !anyDiffers) {
            members.keySet().forEach(Line::startWindow);
        }
        differs = anyDiffers;
        samples.want(agreement.isSuspect() && !differs);
    }

    private void report(int group, long slots, Map<Line, PooledConnection> members) {
        if (condition.isKnown(ProfileProblem.LINES_DIFFER, layout.className(group))) {
            return;
        }
        List<PooledConnection> differing = new ArrayList<>();
        List<PooledConnection> others = new ArrayList<>();
        members.forEach((line, pooled) -> ((slots & 1L << line.slot()) != 0 ? differing : others).add(pooled));
        if (differing.isEmpty()) {
            return;
        }
        PooledConnection one = differing.get(0);
        CopyDifference difference = differing.stream()
                .skip(1)
                .map(other -> between(one, other))
                .filter(found -> !found.members().isEmpty())
                .findFirst()
                .orElseGet(() -> others.stream()
                        .map(other -> between(one, other))
                        .filter(found -> !found.members().isEmpty())
                        .findFirst()
                        .orElse(CopyDifference.NONE));
        List<String> ids = differing.stream().map(PooledConnection::id).sorted().toList();
        String type = layout.className(group);
        String what = words(ids, type, difference);
        condition.trouble(
                ProfileProblem.LINES_DIFFER,
                type,
                what,
                new FeedFact.LinesDiffer(ids, type, difference.members(), difference.keyCandidates(), what));
    }

    private CopyDifference between(PooledConnection one, PooledConnection other) {
        return CopyDifference.between(samples.of(one.line.slot()), samples.of(other.line.slot()));
    }

    private static String words(List<String> ids, String type, CopyDifference difference) {
        String what = type.isEmpty() ? "" : " of class " + type;
        String differing = difference.members().isEmpty()
                ? ""
                : "; their copies differ in " + String.join(", ", difference.members());
        String candidates = difference.keyCandidates().isEmpty()
                ? "the values that are equal in all copies of a message"
                : String.join(", ", difference.keyCandidates());
        String ignore =
                difference.members().isEmpty() ? "" : ", or those that differ to its \"ignore\" if they mean nothing";
        return "messages" + what + " on " + String.join(", ", ids)
                + " almost never match those on other connections and may be published once per connection" + differing
                + "; add to the \"key\" of a venue profile: " + candidates + ignore;
    }
}
