package io.firstline.feed;

import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.payload.JsonItems;
import io.firstline.payload.JsonValues;
import io.firstline.payload.Payload;
import io.firstline.stream.CopyListener;
import java.util.List;

/** Takes the frames of all connections: decodes and splits them, reads them, and passes data to the arbitration. */
final class CopyReceiver implements PooledConnection.Receiver {
    private final MessageReader reader;
    private final FeedMonitor monitor;
    private final PayloadDecoder decoder;
    private final ValueSplitter splitter;
    private final FeedEventLog eventLog;
    private final Replacements replacements;
    private final Arbitration arbitration;

    private final ArrivingCopy copy = new ArrivingCopy();
    private final JsonItems items = new JsonItems();
    /** A message with one of several items; reused. */
    private final Payload withOne = new Payload();

    /** Sees every copy; null = not set. */
    private CopyListener listener;

    CopyReceiver(FeedParts parts, Replacements replacements, Arbitration arbitration) {
        this.reader = parts.reader();
        this.monitor = parts.monitor();
        this.decoder = parts.decoder();
        this.splitter = parts.splitter();
        this.eventLog = parts.eventLog();
        this.replacements = replacements;
        this.arbitration = arbitration;
    }

    void listener(CopyListener newListener) {
        listener = newListener;
    }

    void opened(PooledConnection member) {
        if (listener != null) {
            listener.opened(member.id());
        }
    }

    void closed(PooledConnection member, String end) {
        if (listener != null) {
            listener.closed(member.id(), end);
        }
    }

    @Override
    public void received(PooledConnection member, Payload payload, long arrivalNanos) {
        if (member.dismissed) {
            return;
        }
        if (listener != null) {
            listener.copy(member.id(), payload.toBuffer(), payload.isText(), arrivalNanos);
        }
        if (replacements.activity().unanswered()) {
            replacements.noteActivity(arrivalNanos);
        }
        Payload message = decoder.decoded(member, payload);
        if (message != null) {
            split(member, message, arrivalNanos);
        }
    }

    private void split(PooledConnection member, Payload payload, long arrivalNanos) {
        List<JsonValues.Range> values = splitter.valuesOf(payload);
        if (values.isEmpty()) {
            take(member, payload, arrivalNanos);
            return;
        }
        eventLog.severalValues(member.id(), true);
        byte[] bytes = payload.array();
        for (JsonValues.Range value : values) {
            if (!member.dismissed) {
                take(member, splitter.part(bytes, value), arrivalNanos);
            }
        }
    }

    private void take(PooledConnection member, Payload payload, long arrivalNanos) {
        reader.read(copy.of(member.id(), payload, arrivalNanos), member);
        JsonItems.Path path = copy.items();
        int count = path == null ? 0 : items.cut(payload, path);
        if (count < 2) {
            if (count == 1) {
                copy.comparesItem(items.hash(0));
            }
            accept(member, arrivalNanos);
            return;
        }
        reader.countParts();
        for (int i = 0; i < count && !member.dismissed; i++) {
            reader.read(copy.of(member.id(), items.message(i, withOne), arrivalNanos), member);
            copy.comparesItem(items.hash(i));
            accept(member, arrivalNanos);
        }
    }

    private void accept(PooledConnection member, long arrivalNanos) {
        switch (copy.kind()) {
            case DATA -> {
                if (copy.streamWatch() != null || !reader.layout().knowsStreams()) {
                    monitor.spoke(arrivalNanos); // a message without a stream is an ack or a heartbeat, not data
                }
                arbitration.arrived(member, copy);
            }
            case SHUTDOWN -> replacements.shutdownAnnounced(member);
            case CONTROL -> {}
        }
    }
}
