package io.firstline.replay.retention;

/** The messages that a node has merged of a feed itself, for subscriptions that merge several nodes. Thread-safe. */
public interface NodeLines {
    /** A node that publishes no line. */
    NodeLines NONE = new NodeLines() {
        @Override
        public void linesWanted() {
            // a subscription outside the cluster reads the owner
        }

        @Override
        public RetentionBuffer line(String name) {
            return null;
        }
    };

    /** A subscription wants the lines of all nodes; called about once a second while it does. */
    void linesWanted();

    /** Returns the kept messages of a line; null = this node does not publish it. */
    RetentionBuffer line(String name);
}
