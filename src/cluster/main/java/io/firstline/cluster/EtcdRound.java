package io.firstline.cluster;

import java.util.List;
import java.util.Map;

/**
 * A request of a node to etcd: one transaction that reports that the node is alive, makes the changes whose
 * conditions hold, and returns all records. It does nothing if the last report of the run is not there.
 *
 * @param number ascending
 * @param holder the run that reports, see {@link EtcdRecord#holder()}
 * @param reported the revision of a report of this run, which has an equal or greater one; 0 = this is its first
 */
record EtcdRound(long number, String holder, long reported, List<Change> changes) {

    /** A change that is made only if nothing that it depends on has changed since this node read it. */
    sealed interface Change {}

    /**
     * Replaces the record of a feed.
     *
     * @param record the new record; its revision is the one that the present record must have
     * @param lost the owner that must not have reported in the meantime; null = it has none
     * @param lostRevision the revision of that owner's last report; 0 = there is none
     */
    record Put(String feed, EtcdRecord record, String lost, long lostRevision) implements Change {}

    /** Removes the last report of a run that ended long ago. */
    record Forget(String holder, long revision) implements Change {}

    /**
     * The state after the transaction.
     *
     * @param number of the round
     * @param revision of etcd's data, and of the report that the round has written
     * @param feeds the records, by feed
     * @param reports the revision of each run's last report, by {@link EtcdRecord#holder()}
     */
    record Answer(long number, long revision, Map<String, EtcdRecord> feeds, Map<String, Long> reports) {}
}
