package io.firstline.pool;

import io.firstline.arbitration.Line;
import io.firstline.connection.Disconnect;
import io.firstline.connection.DropCause;
import io.firstline.connection.WsConnection;
import io.firstline.connection.WsConnectionState;
import io.firstline.payload.Payload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection in its feed: whose seat it takes, and its line in the arbitration if there is one. */
final class Member implements WsConnection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Member.class);
    private static final long LOOK_NANOS = 10_000_000;

    private final Feed feed;
    final Seat seat;
    WsConnection connection;
    Line line;
    final Requests requests = new Requests();
    /** The age at which it is replaced. */
    long ageLimitMs = Long.MAX_VALUE;

    /** Why it must be replaced whatever its figures are; null = it need not. */
    private EvictionReason due;

    private boolean urgent;

    /** Since when its line is in step, which counts only while it is. */
    long inStepNanos;

    /** It is open, and could not be asked for what it is to bring. */
    boolean unsubscribed;

    /** Replaced, but kept open because it may still bring what nobody else has. */
    private boolean lingering;

    private long lastFrameWhenReplacedNanos;
    private boolean back;
    private long backNanos;

    /** What it has not answered, while it answers nothing. */
    private String unanswered;
    /** When the last heartbeat was sent to it, or when it opened. */
    long heartbeatNanos;

    private long lookedAtNanos;

    boolean dismissed;

    Member(Feed feed, Seat seat) {
        this.feed = feed;
        this.seat = seat;
    }

    String id() {
        return connection.id();
    }

    boolean isLive() {
        return connection.isConnected();
    }

    /** It must be replaced, when it is its turn. */
    void retire(EvictionReason reason) {
        due = due == null ? reason : due;
    }

    /** It must be replaced at once: it will be gone soon. */
    void retireAtOnce(EvictionReason reason) {
        due = reason;
        urgent = true;
    }

    EvictionReason due() {
        return due;
    }

    boolean isUrgent() {
        return urgent;
    }

    /** Whether it is time to look again whether it is ready: at every message would be too often. */
    boolean isWorthALook(long nowNanos) {
        boolean worth = nowNanos - lookedAtNanos >= LOOK_NANOS;
        lookedAtNanos = worth ? nowNanos : lookedAtNanos;
        return worth;
    }

    /** Replaced: what still comes on this connection until the server closes its side counts. */
    void discard(String reason) {
        connection.close(1000, reason).onComplete(done -> LOG.debug("{} closed: {}", connection.id(), reason));
    }

    /** The feed was closed: what still comes on this connection is nobody's. */
    void dismiss() {
        dismissed = true;
        connection.close(1000, "closing").onComplete(done -> LOG.debug("{} closed with its feed", connection.id()));
    }

    ConnectionReport report(ConnectionReport.Role role) {
        WsConnectionState facts = connection.state();
        return new ConnectionReport(
                role == ConnectionReport.Role.GONE ? facts.withoutMessage() : facts,
                line == null ? null : line.figures(),
                line == null ? null : MicrosHistogram.of(line.lagMicros()),
                MicrosHistogram.of(connection.latencyMicros()),
                role,
                seat.number());
    }

    @Override
    public void opened(WsConnection opened) {
        feed.opened(this);
    }

    @Override
    public void message(WsConnection from, Payload payload, long arrivalNanos) {
        feed.received(this, payload, arrivalNanos);
    }

    @Override
    public void dropped(WsConnection from, DropCause cause, long bytes) {
        feed.publication.drop(cause, 1);
        if (cause == DropCause.OVERSIZE) {
            feed.publication.oversize(bytes, from.config().maxMessageBytes());
        }
    }

    @Override
    public void unanswered(WsConnection silent, String reason) {
        unanswered = reason;
        feed.judge(this);
    }

    /** Whether it may be of no use: it answers nothing, or could not be subscribed. */
    boolean isImpaired() {
        return unsubscribed || connection.isUnanswered();
    }

    /** Replaced while it is silent: it stays open for what it may still bring. */
    void linger() {
        lingering = true;
        lastFrameWhenReplacedNanos = connection.lastFrameNanos();
    }

    boolean isLingering() {
        return lingering;
    }

    /** Whether one that lingers has had the time to bring what it still had, or will not come back. */
    boolean isSpent(long nowNanos) {
        long lastFrameNanos = connection.lastFrameNanos();
        if (lastFrameNanos == lastFrameWhenReplacedNanos) {
            return nowNanos - lastFrameNanos >= HalfOpenPolicy.LINGER_NANOS;
        }
        if (!back) {
            back = true;
            backNanos = nowNanos;
        }
        long silentNanos = backNanos - lastFrameWhenReplacedNanos;
        return nowNanos - backNanos >= Math.min(silentNanos, HalfOpenPolicy.LONGEST_GRACE_NANOS);
    }

    /** What it did not answer, for humans. */
    String unanswered() {
        return unanswered;
    }

    /** What was heard of it. */
    HalfOpenPolicy.Heard heard() {
        return new HalfOpenPolicy.Heard(
                connection.lastFrameNanos(),
                line != null && line.inStep(),
                inStepNanos,
                connection.isUnanswered(),
                connection.stallNanos(),
                connection.stallEndedNanos(),
                connection.silenceNanos(),
                connection.silenceEndedNanos());
    }

    /** When nothing came on it the last time; null = never. */
    CommonStall.Silence lastSilence(long nowNanos) {
        if (connection.isUnanswered()) {
            return new CommonStall.Silence(connection.lastFrameNanos(), nowNanos, true);
        }
        long stallNanos = connection.stallNanos();
        return stallNanos == 0
                ? null
                : new CommonStall.Silence(
                        connection.stallEndedNanos() - stallNanos, connection.stallEndedNanos(), false);
    }

    @Override
    public void closed(WsConnection closed, Disconnect end) {
        feed.closed(this, end);
    }
}
