package io.firstline.replay;

/**
 * The event that a consumer of a feed waits for. A phase decides which request is due, and what ends the waiting: see
 * {@link GapFiller}.
 */
enum GapPhase {
    /** The last message of each stream comes first; everything else waits. */
    LAST_VALUES,
    /** The first number of a new owner is not known. */
    NEW_OWNER,
    /** A number has fallen back: the feed may have restarted. */
    IN_DOUBT,
    /** A message is missing, and younger ones wait. */
    HOLE,
    /** No message waits. */
    IN_ORDER;

    /**
     * The facts for a decision.
     *
     * @param wantsLastValues whether the last values are still to be delivered
     * @param anyUnplaced whether a message waits whose place is not known
     * @param unplacedEpoch the epoch of the oldest of those
     * @param newestEpoch the last known epoch
     * @param anyYounger whether a message waits for a missing one before it
     */
    record Facts(
            boolean wantsLastValues, boolean anyUnplaced, int unplacedEpoch, int newestEpoch, boolean anyYounger) {}

    static GapPhase of(Facts facts) {
        if (facts.wantsLastValues()) {
            return LAST_VALUES;
        }
        if (facts.anyUnplaced()) {
            return facts.unplacedEpoch() > facts.newestEpoch() ? NEW_OWNER : IN_DOUBT;
        }
        return facts.anyYounger() ? HOLE : IN_ORDER;
    }
}
