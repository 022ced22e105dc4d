package io.firstline.feed;

import io.firstline.feed.FeedFact.ProfileValue;
import io.firstline.payload.Payload;

/**
 * Classifies arriving messages as data, control message or shutdown announcement, and counts them. Runs on the feed's
 * context.
 */
final class MessageClassifier {
    enum Kind {
        /** Part of the merged stream. */
        DATA,
        /** An ack or a heartbeat, which is only counted. */
        CONTROL,
        /** The server announces that it closes the connection. */
        SHUTDOWN
    }

    private final MessageReader reader;
    private final StreamTable streams;
    private final SubscriptionProtocol subscriber;
    private final FeedMonitor monitor;
    private final ProfileCheck profile;
    private StreamWatch stream;
    private long copies;
    private long control;
    private long malformed;

    MessageClassifier(MessageReader reader, StreamTable streams, SubscriptionProtocol subscriber, FeedMonitor monitor) {
        this.reader = reader;
        this.streams = streams;
        this.subscriber = subscriber;
        this.monitor = monitor;
        this.profile = reader.profile();
    }

    /** Reads and classifies a message of a connection. */
    Kind take(PooledConnection member, Payload payload, long arrivalNanos) {
        copies++;
        Kind kind = kindOf(member, payload, arrivalNanos);
        if (kind != Kind.DATA) {
            control++;
            return kind;
        }
        check(payload, arrivalNanos);
        if (stream != null) {
            stream.spoke(arrivalNanos);
        }
        if (stream != null || !reader.knowsStreams()) {
            monitor.spoke(arrivalNanos); // a message without a stream is an ack or a heartbeat, not data
        }
        return kind;
    }

    private Kind kindOf(PooledConnection member, Payload payload, long arrivalNanos) {
        stream = null;
        if (!payload.isText()) {
            return Kind.DATA;
        }
        if (!reader.read(payload)) {
            if (reader.isControlText(payload)) {
                return Kind.CONTROL;
            }
            malformed += reader.expectsJson() ? 1 : 0;
            return Kind.DATA;
        }
        if (reader.announcesShutdown()) {
            return Kind.SHUTDOWN;
        }
        boolean isError = reader.isError();
        boolean isControl = isError || reader.isControl() || reader.isControlText(payload);
        stream = isControl ? null : streams.of(reader, arrivalNanos);
        if (stream == null) {
            boolean isReply = isReply(member);
            if (isError && !isReply) {
                boolean isNamed = reader.streamNameLength() <= StreamTable.MAX_NAME;
                subscriber.erred(member, isNamed ? reader.streamName() : "", reader.words());
            }
            return isReply || isControl ? Kind.CONTROL : Kind.DATA;
        }
        return stream.announcesShutdown ? Kind.SHUTDOWN : Kind.DATA;
    }

    private void check(Payload payload, long nowNanos) {
        if (profile.isOpen(ProfileValue.STREAM, 0)) {
            check(ProfileValue.STREAM, 0, stream != null, payload, nowNanos);
        }
        int type = stream == null ? 0 : stream.places.number();
        if (type == 0) {
            return;
        }
        if (profile.isOpen(ProfileValue.KEY, type)) {
            check(ProfileValue.KEY, type, reader.identity(stream.places) != 0, payload, nowNanos);
        }
        if (profile.isOpen(ProfileValue.SEQUENCE, type)) {
            boolean found = reader.lastNumber(stream.places) != MessageReader.NO_NUMBER;
            check(ProfileValue.SEQUENCE, type, found, payload, nowNanos);
        }
    }

    private void check(ProfileValue what, int type, boolean found, Payload payload, long nowNanos) {
        if (found) {
            profile.found(what, type);
        } else if (profile.lacks(what, type, nowNanos)) {
            profile.sample(what, type, payload.toBuffer(), payload.isText());
        }
    }

    /** Reports pointers of the profile that match no message; called about once a second. */
    void tellMissing(FeedEventLog eventLog, long nowNanos) {
        profile.missing(nowNanos).forEach(missing -> new MissingMembers(reader, missing).tell(eventLog));
        profile.foundLate()
                .forEach(found -> eventLog.over(
                        ProfileProblem.NOT_FOUND,
                        MissingMembers.subject(found.what(), reader.className(found.type()))));
    }

    private boolean isReply(PooledConnection member) {
        long id = reader.replyTo();
        return id != 0 && subscriber.replied(member, id, reader.refusal());
    }

    /** The stream of the last data message; null = not known. */
    StreamWatch stream() {
        return stream;
    }

    /** The number of messages that arrived on all connections. */
    long copies() {
        return copies;
    }

    /** The number of those that are not part of the merged stream. */
    long control() {
        return control;
    }

    /** The number of those that are not JSON although their venue's are. */
    long malformed() {
        return malformed;
    }
}
