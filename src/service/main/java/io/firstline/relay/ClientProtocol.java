package io.firstline.relay;

import java.util.List;

/**
 * A protocol in which clients read a feed through the relay: its paths, and what clients of each path say and hear. Pure;
 * shared by all clients of the feed.
 */
interface ClientProtocol {
    /** All paths, for people. */
    List<String> paths();

    /**
     * Opens a session for a client of this path.
     *
     * @param path begins with a slash; percent-encoded
     * @param query percent-encoded; null = none
     * @return null = no path of this protocol
     * @throws IllegalArgumentException if it is one, but wrong: the message says what was found and what is allowed
     */
    ClientSession open(String path, String query);
}
