package io.firstline.cluster;

/**
 * The record of a feed in a service beside the cluster: its owner, or its last one. Only a change that names its
 * version replaces it.
 *
 * @param node the owner; empty = there has been none, or the record is missing or invalid
 * @param run names this run of the owner's process, see {@link RecordedLeases}
 * @param released whether the owner has released the feed
 * @param leaseMs the owner's lease, milliseconds
 * @param version names this state of the record; empty = there is no record
 */
record LeaseRecord(String node, String run, int epoch, boolean released, int leaseMs, String version) {

    /** A feed that nobody has had. */
    static LeaseRecord none(String version) {
        return new LeaseRecord("", "", 0, false, 0, version);
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

    boolean isMissing() {
        return version.isEmpty();
    }

    /** Returns whether a process has the feed until it no longer reports. */
    boolean isHeld() {
        return !node.isEmpty() && !released;
    }

    boolean isHeldBy(String holder) {
        return isHeld() && holder().equals(holder);
    }
}
