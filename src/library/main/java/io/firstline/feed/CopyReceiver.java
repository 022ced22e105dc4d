package io.firstline.feed;

import io.firstline.config.secret.Hidden;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.payload.ConcatenatedJson;
import io.firstline.payload.JsonItems;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.stream.CopyListener;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Takes the frames of all connections: decodes and splits them, reads them, and passes data to the arbitration. */
final class CopyReceiver implements PooledConnection.Receiver {
    private static final int MAX_SHOWN = 80;
    /** How much of a message is searched for secrets before it is cut, bytes. */
    private static final int MAX_SEARCHED = 4096;

    private final MessageReader reader;
    private final FeedMonitor monitor;
    private final PayloadDecoder decoder;
    private final ValueSplitter splitter;
    private final FeedEventLog eventLog;
    private final Replacements replacements;
    private final Arbitration arbitration;

    private final ArrivingCopy copy;
    private final MessageItems textItems = new JsonItems();
    /** Null = binary messages are not cut. */
    private final MessageItems binaryItems;

    /** A message with one of several items; reused. */
    private final Payload withOne = new Payload();

    private final boolean learns;
    /** A message that has waited for its name; reused. */
    private final Payload waited = new Payload();

    /** Sees every copy; null = not set. */
    private CopyListener listener;

    CopyReceiver(FeedParts parts, Replacements replacements, Arbitration arbitration) {
        this.reader = parts.reader();
        this.monitor = parts.monitor();
        this.decoder = parts.decoder();
        this.splitter = parts.splitter();
        this.copy = reader.newCopy(this::opened);
        this.binaryItems = parts.reader().layout().binaryItems();
        this.eventLog = parts.eventLog();
        this.learns = reader.layout().learns();
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
        pooled.unnamed.takeAll().forEach(message -> dropUnnamed(pooled, message));
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
            Buffer shown = pooled.login == null ? payload.toBuffer() : withoutSecrets(pooled, payload);
            listener.copy(pooled.id(), shown, payload.isText(), arrivalNanos);
        }
        if (replacements.activity().unanswered()) {
            replacements.noteActivity(arrivalNanos);
        }
        copy.of(pooled.id(), payload, arrivalNanos);
        if (reader.recalls(copy, decoder.mostBytes(pooled))) {
            acceptKnown(pooled, payload, arrivalNanos);
            return;
        }
        Payload message = decoder.decoded(pooled, payload);
        if (message != null) {
            split(pooled, message, arrivalNanos);
        }
    }

    /** Accepts the copy whose frame is known, whole or in parts. */
    private void acceptKnown(PooledConnection pooled, Payload frame, long arrivalNanos) {
        int parts = copy.parts();
        if (parts == 1) {
            accept(pooled, arrivalNanos);
            return;
        }
        long hash = copy.frameHash();
        MessageItems.Path path = copy.items();
        reader.countParts(parts);
        for (int i = 0; i < parts && !pooled.dismissed; i++) {
            reader.recallItem(copy.of(pooled.id(), frame, arrivalNanos).itemOf(hash, i), path);
            accept(pooled, arrivalNanos);
        }
    }

    /** Takes a message again out of a frame that was read before; see {@link ArrivingCopy.Opener}. */
    private Payload opened(Payload frame, MessageItems.Path path, int item) {
        Payload message = decoder.decodedAgain(frame);
        if (path == null) {
            return message;
        }
        MessageItems items = items(message);
        items.cut(message, path);
        return items.message(item, withOne);
    }

    private MessageItems items(Payload message) {
        return message.isText() ? textItems : binaryItems;
    }

    /** Recordings are shared: a server may repeat what it was sent. */
    private static Buffer withoutSecrets(PooledConnection pooled, Payload payload) {
        Buffer copy = payload.toBuffer();
        Hidden hidden = pooled.signer().hidden();
        if (hidden.isNone()) {
            return copy;
        }
        byte[] bytes = copy.getBytes();
        byte[] shown = hidden.masked(bytes);
        return shown == bytes ? copy : Buffer.buffer(shown);
    }

    private void split(PooledConnection pooled, Payload payload, long arrivalNanos) {
        copy.message(payload);
        if (reader.readsAlike(copy, pooled)) {
            take(pooled, payload, arrivalNanos); // whole, as the message that it is like
            return;
        }
        List<ConcatenatedJson.Range> values = splitter.valuesOf(payload, pooled.id());
        if (values.isEmpty()) {
            reader.readOther(copy, pooled);
            take(pooled, payload, arrivalNanos);
            return;
        }
        byte[] bytes = payload.array();
        for (ConcatenatedJson.Range value : values) {
            if (!pooled.dismissed) {
                Payload part = splitter.part(bytes, value);
                reader.read(copy.of(pooled.id(), part, arrivalNanos), pooled);
                take(pooled, part, arrivalNanos);
            }
        }
    }

    /** Takes the copy that was read last. */
    private void take(PooledConnection pooled, Payload payload, long arrivalNanos) {
        accept(pooled, payload, arrivalNanos);
        if (learns) {
            look(pooled, arrivalNanos);
        }
    }

    /** Accepts the copy that was read last, whole or in parts. */
    private void accept(PooledConnection pooled, Payload payload, long arrivalNanos) {
        MessageItems.Path path = copy.items();
        if (path == null) {
            reader.remember(copy);
            accept(pooled, arrivalNanos);
        } else {
            acceptItems(pooled, payload, arrivalNanos, path, items(payload));
        }
    }

    private void acceptItems(
            PooledConnection pooled, Payload payload, long arrivalNanos, MessageItems.Path path, MessageItems items) {
        int count = items.cut(payload, path);
        if (count < 2) {
            if (count == 1) {
                copy.comparesItem(items.hash(0));
            } else if (count == MessageItems.WHOLE) {
                staysWhole(pooled, payload);
            }
            reader.remember(copy);
            accept(pooled, arrivalNanos);
            return;
        }
        long frame = reader.rememberCut(copy, count);
        reader.countParts(count);
        for (int i = 0; i < count && !pooled.dismissed; i++) {
            copy.of(pooled.id(), items.message(i, withOne), arrivalNanos).itemOf(frame, i);
            reader.readAgain(copy, pooled);
            copy.comparesItem(items.hash(i));
            reader.remember(copy);
            accept(pooled, arrivalNanos);
        }
    }

    private void staysWhole(PooledConnection pooled, Payload payload) {
        copy.staysWhole();
        eventLog.protocolDiffers(
                pooled,
                ProtocolProblem.STAYS_WHOLE,
                "a message of " + copy.streamWatch().name + " with " + payload.length()
                        + " bytes is not compared by its"
                        + " elements (\"items\"): there are too many, or too many bytes around them; only equal bytes"
                        + " match");
    }

    private void accept(PooledConnection pooled, long arrivalNanos) {
        switch (copy.kind()) {
            case DATA -> {
                pooled.data(arrivalNanos);
                if (copy.streamWatch() != null || !reader.layout().knowsStreams()) {
                    monitor.spoke(arrivalNanos); // a message without a stream is an ack or a heartbeat, not data
                }
                arbitration.arrived(pooled, copy);
            }
            case SHUTDOWN -> replacements.shutdownAnnounced(pooled);
            case UNNAMED ->
                pooled.unnamed.hold(copy.payload(), arrivalNanos).forEach(message -> dropUnnamed(pooled, message));
            case CONTROL -> {}
        }
    }

    /** Looks for what the server has said about ids: messages may have waited for it. */
    private void look(PooledConnection pooled, long nowNanos) {
        String problem = pooled.ids.takeProblem();
        if (problem != null) {
            eventLog.protocolDiffers(pooled, ProtocolProblem.WRONG_ID, problem);
        }
        if (!pooled.ids.takeNews()) {
            return;
        }
        pooled.learned();
        for (UnnamedMessages.Held message : pooled.unnamed.takeAll()) {
            if (pooled.dismissed) {
                return;
            }
            waited.over(message.payload(), message.isText());
            reader.readAgain(copy.of(pooled.id(), waited, nowNanos), pooled);
            if (copy.kind() == ArrivingCopy.Kind.UNNAMED) {
                pooled.unnamed.hold(message);
            } else {
                accept(pooled, waited, nowNanos);
            }
        }
    }

    /** Drops messages that have waited for their name for too long; called about once a second. */
    void dropUnnamed(Iterable<PooledConnection> connections, long nowNanos) {
        if (learns) {
            connections.forEach(
                    pooled -> pooled.unnamed.expired(nowNanos).forEach(message -> dropUnnamed(pooled, message)));
        }
    }

    private void dropUnnamed(PooledConnection pooled, UnnamedMessages.Held message) {
        pooled.dropped(pooled.connection, DropCause.UNNAMED, message.payload().length());
        eventLog.protocolDiffers(
                pooled,
                ProtocolProblem.UNKNOWN_ID,
                "the server has not told which stream has the id of a message, which is dropped: "
                        + pooled.shown(start(message.payload()), MAX_SHOWN));
    }

    private static String start(Buffer payload) {
        return payload.getString(0, Math.min(payload.length(), MAX_SEARCHED), StandardCharsets.UTF_8.name());
    }
}
