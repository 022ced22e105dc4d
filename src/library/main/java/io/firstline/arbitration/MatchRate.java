package io.firstline.arbitration;

/**
 * Whether lines deliver the same messages. If two lines hardly ever match, each message is published once for each of
 * them, or one of them can never replace the other. Pure, single-threaded.
 *
 * <p>Facts are collected for about a second, then evaluated. In a second, a line is at odds with the others if at most
 * a tenth of its messages came on another line too, although another line delivered messages in the same second. A line
 * that is silent, or alone, is not at odds: a quiet feed, a stalled path and a line that catches up prove nothing.
 * Neither does a line that lacks a stream: its other messages match. After {@value #SECONDS} such seconds in a row with
 * {@value #MESSAGES} messages, the line differs. After as many seconds in a row in which it was not at odds, it agrees
 * again.
 *
 * <p>Messages are counted by group, and a group is a class of the feed's streams: the key of one class alone may be
 * wrong.
 */
public final class MatchRate {
    static final int SECONDS = 3;
    static final int MESSAGES = 12;
    private static final int OF_TEN_AT_MOST = 1;

    private final Group[] groups;

    /** The messages of one line in one group. */
    private static final class Cell {
        private int alone;
        private int shared;
        /** Seconds in a row in which it was at odds. */
        private int odds;

        private int oddMessages;
        /** Seconds in a row in which it was not at odds, since it differs. */
        private int even;

        private boolean differs;

        private boolean isActive() {
            return alone + shared > 0;
        }

        private boolean isAtOdds() {
            return 10 * shared <= OF_TEN_AT_MOST * (alone + shared);
        }

        private void look(boolean othersActive) {
            if (isActive() && othersActive) {
                if (isAtOdds()) {
                    odds++;
                    oddMessages += alone;
                    even = 0;
                    differs |= odds >= SECONDS && oddMessages >= MESSAGES;
                } else {
                    odds = 0;
                    oddMessages = 0;
                    even++;
                    differs &= even < SECONDS;
                }
            }
            alone = 0;
            shared = 0;
        }
    }

    private static final class Group {
        private final Cell[] cells = new Cell[Arbiter.MAX_LINES];
        private boolean anyShared;

        private Cell at(int slot) {
            if (cells[slot] == null) {
                cells[slot] = new Cell();
            }
            return cells[slot];
        }

        private void look() {
            int active = 0;
            anyShared = false;
            for (Cell cell : cells) {
                active += cell != null && cell.isActive() ? 1 : 0;
                anyShared |= cell != null && cell.shared > 0;
            }
            for (Cell cell : cells) {
                if (cell != null) {
                    cell.look(active - (cell.isActive() ? 1 : 0) > 0);
                }
            }
        }

        private long differing() {
            long slots = 0;
            for (int slot = 0; slot < cells.length; slot++) {
                slots |= cells[slot] != null && cells[slot].differs ? 1L << slot : 0;
            }
            return slots;
        }

        private boolean isSuspect() {
            for (Cell cell : cells) {
                if (cell != null && (cell.odds > 0 || cell.differs)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** For lines that have delivered nothing yet. */
    public MatchRate(int groups) {
        this.groups = new Group[groups];
        for (int i = 0; i < groups; i++) {
            this.groups[i] = new Group();
        }
    }

    /**
     * A message arrived on these lines, and on no other in time.
     *
     * @param lines their slots, as bits
     * @param judged the slots of the lines that are old enough to be judged
     */
    public void came(long lines, long judged, int group) {
        boolean several = Long.bitCount(lines) > 1;
        for (long rest = lines & judged; rest != 0; rest &= rest - 1) {
            Cell cell = groups[group].at(Long.numberOfTrailingZeros(rest));
            if (several) {
                cell.shared++;
            } else {
                cell.alone++;
            }
        }
    }

    /**
     * A line has delivered a message that others had delivered long before.
     *
     * @param before the slots of those lines, as bits
     */
    public void cameLate(int slot, long before, int group) {
        groups[group].at(slot).shared++;
        if (Long.bitCount(before) == 1) {
            Cell first = groups[group].at(Long.numberOfTrailingZeros(before));
            first.alone = Math.max(0, first.alone - 1);
            first.shared++;
        }
    }

    /** The slot is free, or belongs to another line from now on. */
    public void cleared(int slot) {
        for (Group group : groups) {
            group.cells[slot] = null;
        }
    }

    /** About a second is over. */
    public void look() {
        for (Group group : groups) {
            group.look();
        }
    }

    /** The slots of the lines that differ from the others in a group, as bits. */
    public long differing(int group) {
        return groups[group].differing();
    }

    /** Whether a line may differ: figures that rely on matched copies are then not reliable. */
    public boolean isSuspect() {
        for (Group group : groups) {
            if (group.isSuspect()) {
                return true;
            }
        }
        return false;
    }

    /** Whether copies of a message came on several lines in the last second, and no line may differ. */
    public boolean isProven() {
        boolean anyShared = false;
        for (Group group : groups) {
            anyShared |= group.anyShared;
        }
        return anyShared && !isSuspect();
    }
}
