package io.firstline.connection;

import io.firstline.connection.report.DropCause;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;

/**
 * Assembles the frames of one connection into messages. Pure: no socket, no clock.
 *
 * <p>Vert.x' own aggregator loses everything after an empty first fragment and makes strings, so this class reads
 * frames. A message in one frame is passed on without a copy. A fragmented message over the limit is dropped as a
 * whole, and its remaining fragments are skipped within bounds. A message that exceeds these bounds counts as endless,
 * and its connection is useless. A text message that is not UTF-8 is dropped. RFC 6455 demands that the connection
 * fails, but every copy carries the same bytes, so one bad message would end all connections at once.
 */
public final class MessageAssembler {

    /** Receives the messages. */
    public interface Sink {
        /** A complete message; valid until the next one. */
        void message(Payload payload);

        /** A message was dropped after {@code bytes} of it had arrived. */
        void dropped(DropCause cause, long bytes);

        /** A message was dropped because it exceeded all bounds without an end. Its further fragments are ignored. */
        void endless(String what);
    }

    /** The most fragments of a message; empty ones count too. */
    static final int MAX_FRAGMENTS = 100_000;
    /** A message over the limit is skipped up to this multiple of the limit, or up to 64 MiB if that is more. */
    private static final int MAX_SKIPPED_LIMITS = 4;

    private static final long LEAST_SKIPPED = 64L << 20;

    private final int maxMessageBytes;
    private final Sink sink;

    private final Payload whole = new Payload();
    private Buffer fragments;
    private boolean text;
    private long skippedBytes = -1;
    private int fragmentCount;

    public MessageAssembler(int maxMessageBytes, Sink sink) {
        this.maxMessageBytes = maxMessageBytes;
        this.sink = sink;
    }

    /**
     * Handles one data frame.
     *
     * @param first true for a text or binary frame; false for a continuation
     * @param isText meaningful for a first frame only
     * @param last whether this frame ends the message
     * @param payload not copied if the message is this one frame
     */
    public void onFrame(boolean first, boolean isText, boolean last, Buffer payload) {
        if (first) {
            text = isText;
            skippedBytes = -1;
            fragments = null;
            if (last) {
                onMessage(whole.over(payload, text));
                return;
            }
            fragments = Buffer.buffer(0);
            fragmentCount = 0;
        }
        if (!isInMessage()) {
            return; // it counts as endless
        }
        if (skippedBytes >= 0) {
            skippedBytes += payload.length();
        } else if (fragments.length() + (long) payload.length() > maxMessageBytes) {
            skippedBytes = fragments.length() + (long) payload.length();
            fragments = null;
        } else {
            fragments.appendBuffer(payload);
        }
        if (last) {
            Buffer all = fragments;
            fragments = null;
            if (skippedBytes >= 0) {
                long bytes = skippedBytes;
                skippedBytes = -1;
                sink.dropped(DropCause.OVERSIZE, bytes);
            } else {
                onMessage(whole.over(all, text));
            }
        } else if (++fragmentCount > MAX_FRAGMENTS) {
            giveUp("a message of more than " + MAX_FRAGMENTS + " fragments");
        } else if (skippedBytes > Math.max(LEAST_SKIPPED, MAX_SKIPPED_LIMITS * (long) maxMessageBytes)) {
            giveUp("a message in fragments has not ended after " + skippedBytes + " bytes, maxMessageBytes is "
                    + maxMessageBytes);
        }
    }

    /** Whether a message has begun and not ended. */
    boolean isInMessage() {
        return fragments != null || skippedBytes >= 0;
    }

    /** Drops the unfinished message. */
    void giveUp(String what) {
        long bytes = fragments != null ? fragments.length() : Math.max(0, skippedBytes);
        fragments = null;
        skippedBytes = -1;
        sink.dropped(DropCause.OVERSIZE, bytes);
        sink.endless(what);
    }

    /** The connection has ended: an incomplete message is reported as dropped. */
    public void onEnd() {
        if (isInMessage()) {
            long bytes = fragments != null ? fragments.length() : skippedBytes;
            fragments = null;
            skippedBytes = -1;
            sink.dropped(DropCause.TRUNCATED, bytes);
        }
    }

    /** Handles a message that arrived in one piece. */
    public void onMessage(Payload payload) {
        if (payload.length() > maxMessageBytes) {
            sink.dropped(DropCause.OVERSIZE, payload.length());
        } else if (payload.isText() && !payload.isUtf8()) {
            sink.dropped(DropCause.NOT_UTF8, payload.length());
        } else {
            sink.message(payload);
        }
    }
}
