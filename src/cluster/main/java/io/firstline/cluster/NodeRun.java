package io.firstline.cluster;

/**
 * A process that runs a member.
 *
 * @param startedMs when it started, by its own clock: distinguishes it from earlier ones; 0 = not known
 * @param busPort the port on which its event bus listens until the process can publish nothing more; 0 = none
 */
record NodeRun(long startedMs, int busPort) {
    static final NodeRun UNKNOWN = new NodeRun(0, 0);

    boolean isKnown() {
        return startedMs != 0 && busPort != 0;
    }
}
