package io.firstline.http;

/**
 * How long the page bears with somebody.
 *
 * @param silenceMs until a whole request has come, from the opening of a connection or from its last request on, however it is dripped
 * @param skippedUpdates so many updates, two a second, may find no room with a listener one after the other
 */
record Patience(int silenceMs, int skippedUpdates) {
    static final Patience DEFAULT = new Patience(30_000, 60);
}
