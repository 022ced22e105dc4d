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

    void opened(PooledConnection pooled) {
        if (listener != null) {
            listener.opened(pooled.id());
        }
    }

    void closed(PooledConnection pooled, String end) {
        if (listener != null) {
            listener.closed(pooled.id(), end);
        }
    }

    @Override
    public void received(PooledConnection pooled, Payload payload, long arrivalNanos) {
        if (pooled.dismissed) {
            return;
        }
        if (listener != null) {
            listener.copy(pooled.id(), payload.toBuffer(), payload.isText(), arrivalNanos);
        }
        if (replacements.activity().unanswered()) {
            replacements.noteActivity(arrivalNanos);
        }
        Payload message = decoder.decoded(pooled, payload);
        if (message != null) {
            split(pooled, message, arrivalNanos);
        }
    }

    private void split(PooledConnection pooled, Payload payload, long arrivalNanos) {
        List<JsonValues.Range> values = splitter.valuesOf(payload);
        if (values.isEmpty()) {
            take(pooled, payload, arrivalNanos);
            return;
        }
        eventLog.severalValues(pooled.id(), true);
        byte[] bytes = payload.array();
        for (JsonValues.Range value : values) {
            if (!pooled.dismissed) {
                take(pooled, splitter.part(bytes, value), arrivalNanos);
            }
        }
    }

    private void take(PooledConnection pooled, Payload payload, long arrivalNanos) {
        reader.read(copy.of(pooled.id(), payload, arrivalNanos), pooled);
        JsonItems.Path path = copy.items();
        int count = path == null ? 0 : items.cut(payload, path);
        if (count < 2) {
            if (count == 1) {
                copy.comparesItem(items.hash(0));
            } else if (count == JsonItems.WHOLE) {
                copy.staysWhole();
            }
            accept(pooled, arrivalNanos);
            return;
        }
        reader.countParts();
        for (int i = 0; i < count && !pooled.dismissed; i++) {
            reader.read(copy.of(pooled.id(), items.message(i, withOne), arrivalNanos), pooled);
            copy.comparesItem(items.hash(i));
            accept(pooled, arrivalNanos);
        }
    }

    private void accept(PooledConnection pooled, long arrivalNanos) {
        switch (copy.kind()) {
            case DATA -> {
                if (copy.streamWatch() != null || !reader.layout().knowsStreams()) {
                    monitor.spoke(arrivalNanos); // a message without a stream is an ack or a heartbeat, not data
                }
                arbitration.arrived(pooled, copy);
            }
            case SHUTDOWN -> replacements.shutdownAnnounced(pooled);
            case CONTROL -> {}
        }
    }
}
