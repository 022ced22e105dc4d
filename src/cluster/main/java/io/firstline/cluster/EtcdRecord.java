package io.firstline.cluster;

/**
 * The record of a feed in etcd: its owner, or its last one. Only a transaction that compares the revision replaces it.
 *
 * @param node the owner; empty = there is no record, or not a valid one
 * @param run names this run of the owner's process, see {@link EtcdLeases}
 * @param released whether the owner has released the feed
 * @param leaseMs the owner's lease, milliseconds
 * @param revision etcd's revision of the last change; 0 = there is no record
 */
record EtcdRecord(String node, String run, int epoch, boolean released, int leaseMs, long revision) {

    /** A feed that has no record, or an unreadable one. */
    static EtcdRecord none(long revision) {
        return new EtcdRecord("", "", 0, false, 0, revision);
    }

    /** The name under which the owner's run reports that it is alive. */
    String holder() {
        return holder(node, run);
    }

    static String holder(String node, String run) {
        return node + "/" + run;
    }

    static String nodeOf(String holder) {
        return holder.substring(0, holder.lastIndexOf('/'));
    }

    /** Returns whether a process has the feed until it no longer reports. */
    boolean isHeld() {
        return !node.isEmpty() && !released;
    }

    boolean isHeldBy(String holder) {
        return isHeld() && holder().equals(holder);
    }
}
