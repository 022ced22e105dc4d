package io.firstline.arbitration;

/** Decides whether a message that a line is the first to deliver is older than published ones of its stream. */
final class Lateness {
    /** The search for messages that a line lacks checks at most this many younger messages. */
    private static final int MAX_LACKING = 256;

    private final SeenMessages seen;
    private final LineTable lines;
    private final MessageMatcher matcher;
    private final long skewNanos;
    /** By stream: the youngest message published. */
    private final long[] newestIn = new long[Line.MAX_STREAMS + 1];

    Lateness(SeenMessages seen, LineTable lines, MessageMatcher matcher, long skewNanos) {
        this.seen = seen;
        this.lines = lines;
        this.matcher = matcher;
        this.skewNanos = skewNanos;
    }

    void published(int stream, long sequence) {
        newestIn[stream] = sequence;
    }

    /**
     * Whether a message that a line is the first to deliver is older than the newest published one of its stream.
     * Without sequences that is a guess if the line lacks messages that others have delivered: they may be younger, or
     * lost on this line. They count as younger if the line is known to lag that far behind. They also do if the line
     * was silent for long while others delivered more than one message, or one from a line that was not in step then.
     */
    boolean isLate(Line line, int stream, long nowNanos) {
        long newest = newestIn[stream];
        long reached = line.reachedIn(stream);
        reached = reached == 0 ? line.leadingAfter : reached;
        if (reached == 0 || newest <= reached) {
            return false;
        }
        long distanceNanos = matcher.distanceNanos(stream);
        long first = 0;
        long last = Math.min(newest, Math.max(reached + 1, seen.oldest()) + MAX_LACKING);
        for (long each = Math.max(reached + 1, seen.oldest()); each <= last; each++) {
            if (seen.stream(each) != stream
                    || seen.isDeliveredBy(each, line.slot)
                    || matcher.isOvertaken(line, each, distanceNanos)) {
                continue;
            }
            long ageNanos = nowNanos - seen.firstNanos(each);
            if (first != 0 || ageNanos + distanceNanos < line.leastLagNanos) {
                return true;
            }
            if (ageNanos <= skewNanos) {
                return false;
            }
            if (isNews(line, each)) {
                return true;
            }
            first = each;
        }
        return false;
    }

    /**
     * Whether a message was published by a line that was not in step, or not open, at the previous copy of another
     * line.
     */
    private boolean isNews(Line line, long sequence) {
        int publisher = seen.publisher(sequence);
        return publisher < 0 || lines.at(publisher).leadingSinceNanos - line.previousCopyNanos > 0;
    }
}
