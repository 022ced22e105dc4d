package io.firstline.http;

/**
 * How long the server waits for slow clients.
 *
 * @param silenceMs the longest time until a complete request, counted from the opening of the connection or from its
 *     last request, even if bytes arrive meanwhile
 * @param skippedUpdates updates in a row, at two a second, that a client may have no room for
 */
record Patience(int silenceMs, int skippedUpdates) {
    static final Patience DEFAULT = new Patience(30_000, 60);
}
