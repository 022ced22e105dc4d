package io.firstline.simulation;

import io.firstline.simulation.Frame.Kind;
import io.vertx.core.buffer.Buffer;

/** One message's bytes, and its history: sent once, or several times if the exchange repeats itself. */
final class Message {
    final int number;
    final int stream;
    final Frame frame;

    int sent;
    long sentNanos;
    int received;
    int published;
    /** The feed's message number of its first publication. */
    long publishedAt;

    long publishedNanos;
    /** The number of connections on which it was sent and will be delivered. */
    int carried;
    /** Whether a connection in step did not carry it. */
    boolean skipped;

    Message(int number, int stream) {
        this.number = number;
        this.stream = stream;
        this.frame = new Frame(Kind.TEXT, Buffer.buffer("{\"s\":" + stream + ",\"n\":" + number + "}"), true);
    }

    /** The number in a payload, or -1 if it is not one of these messages. */
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
