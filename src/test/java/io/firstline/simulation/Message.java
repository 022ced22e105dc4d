package io.firstline.simulation;

import io.firstline.simulation.Frame.Kind;
import io.vertx.core.buffer.Buffer;

/** One message's bytes, and what has become of them: sent once, or, where the exchange repeats itself, several times. */
final class Message {
    final int number;
    final int stream;
    final Frame frame;

    int sent;
    long sentNanos;
    int received;
    int published;
    /** Of the feed's own numbers, when it was published first. */
    long publishedAt;

    long publishedNanos;
    /** Over how many connections it was sent that deliver it, sooner or later. */
    int carried;
    /** A connection that was in step did not carry it. */
    boolean skipped;

    Message(int number, int stream) {
        this.number = number;
        this.stream = stream;
        this.frame = new Frame(Kind.TEXT, Buffer.buffer("{\"s\":" + stream + ",\"n\":" + number + "}"), true);
    }

    /** The number in a payload, or -1 if it is none of these messages. */
    static int numberIn(Buffer payload) {
        int at = payload.length() - 2;
        if (at < 0 || payload.getByte(1) != '"' || payload.getByte(2) != 's') {
            return -1;
        }
        int number = 0;
        for (int scale = 1; payload.getByte(at) != ':'; scale *= 10) {
            number += scale * (payload.getByte(at--) - '0');
        }
        return number;
    }

    @Override
    public String toString() {
        return "#" + number + "/s" + stream + (sent > 1 ? "x" + sent : "");
    }
}
