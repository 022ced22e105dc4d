package io.firstline.http;

/**
 * How long the server waits for slow clients.
 *
 * @param silenceMs the longest time until a complete request, counted from the opening of the connection or from its
 *     last request, even if bytes arrive meanwhile
 * @param requestMs the longest time from the first byte of a request to its last
 * @param skippedUpdates updates in a row, at two a second, that a client may have no room for
 * @param certificateLookMs the time between two checks of the certificate's files
 */
record HttpTimeouts(int silenceMs, int requestMs, int skippedUpdates, int certificateLookMs) {
    static final HttpTimeouts DEFAULT = new HttpTimeouts(30_000, 10_000, 60, 2_000);
}
