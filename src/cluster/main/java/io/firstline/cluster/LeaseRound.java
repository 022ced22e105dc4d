package io.firstline.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request of a node to the service that keeps the leases. It reports that the node is alive, makes the changes whose
 * conditions hold, and returns all records and reports. It does nothing if the last report of the run is not there.
 *
 * @param number ascending
 * @param holder the run that reports, see {@link LeaseRecord#holder()}
 * @param reported the version of a report of this run, which has that or a later one; empty = this is its first
 */
record LeaseRound(long number, String holder, String reported, List<Change> changes) {

    boolean isFirst() {
        return reported.isEmpty();
    }

    /** A change that is made only if nothing that it depends on has changed since this node read it. */
    sealed interface Change {}

    /** Writes a record that nobody has, for a feed without one. */
    record Begin(String feed) implements Change {}

    /**
     * Replaces the record of a feed.
     *
     * @param record the new record, with the version that the present record must have
     * @param lost the owner that must not have reported in the meantime; null = it has none
     * @param lostVersion the version of that owner's last report; empty = there is none, and never will be
     */
    record Put(String feed, LeaseRecord record, String lost, String lostVersion) implements Change {}

    /** Removes the last report of a run that ended long ago. */
    record Forget(String holder, String version) implements Change {}

    /**
     * The state after the round.
     *
     * @param number of the round
     * @param reported the version of the report that the round has written
     * @param feeds the records, by feed
     * @param reports the version of each run's last report, by {@link LeaseRecord#holder()}
     * @param ended the runs that another node has ended, because they had not reported for a lease
     */
    record Answer(
            long number,
            String reported,
            Map<String, LeaseRecord> feeds,
            Map<String, String> reports,
            Set<String> ended) {}
}
