package io.firstline.cluster;

import java.util.List;
import java.util.Map;

/**
 * A request of a node to etcd: one transaction that reports that the node is alive, makes the changes whose
 * conditions hold, and returns all records.
 *
 * @param number ascending
 * @param holder the process that reports, see {@link EtcdRecord#holder()}
 */
record EtcdRound(long number, String holder, List<Change> changes) {

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

    /** Removes the last report of a process that ended long ago. */
    record Forget(String holder, long revision) implements Change {}

    /**
     * The state after the transaction.
     *
     * @param number of the round
     * @param revision of etcd's data
     * @param feeds the records, by feed
     * @param reports the revision of each process' last report, by {@link EtcdRecord#holder()}
     */
    record Answer(long number, long revision, Map<String, EtcdRecord> feeds, Map<String, Long> reports) {}
}
