package io.firstline.feed.report;

import io.firstline.arbitration.report.GapFate;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.Path;
import java.util.List;

/** What can happen to a feed: one record for each kind of event. */
public sealed interface FeedFact {

    /** Returns the kind of event, for a {@code switch}. */
    FeedEvent.Type type();

    /**
     * A connection opened.
     *
     * @param path how it reaches its server
     */
    record Connected(String connection, Path path) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.CONNECTED;
        }
    }

    /**
     * A connection ended without our closing it.
     *
     * @param ageMs the time that it was open
     */
    record Disconnected(String connection, Disconnect end, long ageMs) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.DISCONNECTED;
        }
    }

    /**
     * An attempt failed; reported once per cause until the feed has had all its connections for
     * {@code retryStableMs}.
     *
     * @param url the URL of the feed, secrets masked
     */
    record ConnectFailed(Disconnect end, String url) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.CONNECT_FAILED;
        }
    }

    /**
     * The host asked for a pause, or a limit of attempts or connections is reached; reported once per outage.
     *
     * @param reason which of them, for humans
     */
    record ConnectWaiting(long waitMs, String url, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.CONNECT_WAITING;
        }
    }

    /**
     * A connection that joined later may lead from now on.
     *
     * @param alone no other connection was left to line up with
     */
    record InStep(String connection, boolean alone) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.IN_STEP;
        }
    }

    /** A connection fell behind the remembered messages and is being replaced. */
    record OutOfStep(String connection) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.OUT_OF_STEP;
        }
    }

    /**
     * A connection is silent while others deliver. It is being replaced.
     *
     * @param stream the only stream that is silent; null = all are
     */
    record ConnectionSilent(String connection, String stream) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.STREAM_SILENT;
        }
    }

    /**
     * No data arrives on any connection, for longer than is usual. This is only reported.
     *
     * @param stream the only stream that is silent; null = all are
     */
    record StreamSilent(String stream, long silentMs) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.STREAM_SILENT;
        }
    }

    /** Streams were subscribed, not refused, and deliver nothing. The URL may be wrong for them. */
    record NoFirstData(List<String> streams, long waitedMs) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.STREAM_SILENT;
        }
    }

    /**
     * The venue's numbers show that messages are missing, or the missing ones have arrived.
     *
     * @param from the first number
     * @param to the last number
     * @param connection the one that revealed or healed the gap; null = none
     * @param lackedBy the connections that missed it
     */
    record Gap(String stream, long from, long to, GapFate fate, String connection, List<String> lackedBy)
            implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.GAP;
        }
    }

    /**
     * The numbers that the venue gives to the messages of each connection show that one lacks messages. This is a fault
     * of the connection: other connections may have delivered them. Reported about once a second.
     *
     * @param from the first number of the last gap
     * @param to the last number of the last gap
     * @param missing the missing messages in all gaps since the last such event of the connection
     */
    record ConnectionGap(String connection, long from, long to, long missing) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.CONNECTION_GAP;
        }
    }

    /**
     * Two connections delivered different bytes for one message by the venue's key. Reported once for each stream,
     * counted in the status.
     */
    record Conflict(String connection, String stream) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.CONFLICT;
        }
    }

    /** The server announces that it closes a connection, which is being replaced. */
    record ShutdownAnnounced(String connection) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.SHUTDOWN_ANNOUNCED;
        }
    }

    /**
     * The server does not act as its venue's profile says; reported at most once a minute for each reason.
     *
     * @param omitted such cases that were not reported before this one
     */
    record ProtocolDiffers(String connection, String reason, long omitted) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.PROTOCOL_DIFFERS;
        }
    }

    /**
     * The first snapshot of a stream after lost numbers is published next: with it, an order book is valid again.
     *
     * @param number the venue's number of the snapshot
     */
    record SnapshotAfterLoss(String connection, String stream, long number) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.SNAPSHOT_AFTER_LOSS;
        }
    }

    /** A stream is subscribed again on one connection, after a gap that no connection has healed. */
    record Resubscribed(String connection, String stream) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.RESUBSCRIBED;
        }
    }

    /** The server refused a request, or did not answer it. */
    record SubscribeFailed(String connection, List<String> streams, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.SUBSCRIBE_FAILED;
        }
    }

    /**
     * The server has refused a stream on every connection: nothing arrives of it.
     *
     * @param reason in the server's words
     */
    record StreamRefused(String stream, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.STREAM_REFUSED;
        }
    }

    /**
     * The server reports an error that names no request. Reported at most once a second.
     *
     * @param text the server's text
     * @param omitted the number of errors left out since the last event
     * @param streams the stream that it names; without one, the streams of all unanswered requests
     */
    record ServerError(String connection, String text, long omitted, List<String> streams) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.SERVER_ERROR;
        }
    }

    /**
     * A connection was replaced.
     *
     * @param compared the figures of both if the replacement had to be better; otherwise empty
     * @param latencyMs the latency of the old one; NaN = not measured
     * @param lagP99Micros the lag of the old one; null for a single connection
     */
    record Evicted(
            String connection,
            String replacement,
            EvictionReason reason,
            String compared,
            double latencyMs,
            Long lagP99Micros)
            implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.EVICTED;
        }
    }

    /**
     * A replacement was not ready in time or not better; the old connection stays.
     *
     * @param connection null = the old one is lost by now
     */
    record EvictionAbandoned(String connection, String replacement, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.EVICTION_ABANDONED;
        }
    }

    /**
     * A feed that may have more connections or fewer has another number from now on.
     *
     * @param connections the number
     * @param connection the one that is closed; null = one is being opened
     */
    record Resized(int connections, String connection, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.RESIZED;
        }
    }

    /** The server's behaviour suggests another configuration; reported once per outage. */
    record Advice(String advice, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.ADVICE;
        }
    }

    /**
     * Copies on different connections almost never match by bytes or key, so messages may be published once per
     * connection. Reported once until copies match again.
     *
     * @param streamClass the class of streams that it concerns; empty = the whole feed
     * @param members JSON pointers to values that differ between two otherwise equal copies
     * @param keyCandidates JSON pointers to values that differ between messages and are equal in both copies
     */
    record LinesDiffer(
            List<String> connections,
            String streamClass,
            List<String> members,
            List<String> keyCandidates,
            String reason)
            implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.LINES_DIFFER;
        }
    }

    /**
     * A connection lacks a part of the messages while others deliver them: redundancy has failed, and nothing is lost
     * yet. Or it no longer does.
     *
     * @param share the share of messages that it lacks, from 0 to 1
     * @param missing how many it lacked in the last measurement
     * @param messages how many messages that measurement had
     * @param streams the streams that it lacks messages of; empty = all
     * @param over whether it has ended
     */
    record CopiesMissing(
            String connection, double share, long missing, long messages, List<String> streams, boolean over)
            implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.COPIES_MISSING;
        }
    }

    /**
     * Two connections lack the same messages again and again: they may come from one upstream. Or they no longer do.
     *
     * @param share the share of their missing messages that both lack, from 0 to 1
     * @param over whether it has ended
     */
    record LossesShared(List<String> connections, double share, boolean over) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.LOSSES_SHARED;
        }
    }

    /** The kinds of values that a venue's profile points to. */
    enum ProfileValue {
        STREAM("stream"),
        KEY("key"),
        SEQUENCE("sequence");

        private final String label;

        ProfileValue(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /**
     * A pointer of the venue's profile was found in no message; reported once.
     *
     * @param members the names of members that messages have
     * @param streamClass the class of streams; empty = the feed
     */
    record NotFound(ProfileValue what, List<String> pointers, List<String> members, String streamClass, String reason)
            implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.NOT_FOUND;
        }
    }

    /** Stream names are too long, or there are too many streams; reported once. */
    record StreamsIgnored(int limit, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.STREAMS_IGNORED;
        }
    }

    /**
     * Text frames hold several JSON values; reported once.
     *
     * @param split each became a message
     */
    record SeveralValues(String connection, boolean split, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.SEVERAL_VALUES;
        }
    }

    /**
     * There are fewer live connections than wanted. Or there are enough, but their messages have a problem, or none of
     * them has delivered or answered anything for ten seconds.
     *
     * @param reason the problem; empty = there are too few connections
     */
    record Degraded(int live, int target, FeedState state, String reason) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.DEGRADED;
        }
    }

    /** There are as many connections as wanted again. */
    record Recovered(int live, int target, FeedState state) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.RECOVERED;
        }
    }

    /**
     * Another node of the cluster publishes the feed from now on.
     *
     * @param from the number of its first message
     * @param waiting how many messages it had that its predecessor had not published
     */
    record OwnerChanged(String node, long epoch, long from, int waiting) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.OWNER_CHANGED;
        }
    }

    /**
     * This node is overloaded and no longer compares the feed with its owner, or does so again.
     *
     * @param over whether it does so again
     */
    record Overloaded(String node, boolean over) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.OVERLOADED;
        }
    }

    /**
     * Messages were dropped in the last second.
     *
     * @param total all that were dropped for this cause
     */
    record Dropped(DropCause cause, long count, long total) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.DROPPED;
        }
    }

    /**
     * Messages were dropped in the last second because they were too large.
     *
     * @param bytes the size of the largest; 0 = not known
     */
    record DroppedOversize(long count, long total, long bytes, int maxMessageBytes) implements FeedFact {
        @Override
        public FeedEvent.Type type() {
            return FeedEvent.Type.DROPPED;
        }
    }
}
