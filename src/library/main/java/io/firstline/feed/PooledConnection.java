package io.firstline.feed;

import io.firstline.arbitration.Line;
import io.firstline.config.ConnectTarget;
import io.firstline.config.secret.Signer;
import io.firstline.connection.LoginConnector;
import io.firstline.connection.WsConnection;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.WsConnectionState;
import io.firstline.feed.message.LearnedIds;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.Question;
import io.firstline.feed.message.Reply;
import io.firstline.feed.message.Silence;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.MicrosHistogram;
import io.firstline.payload.Payload;
import io.firstline.payload.Printable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection in its feed, with its slot and, in a pool, its line in the arbitration. */
final class PooledConnection implements WsConnection.Listener, MessageReader.Replies {
    private static final Logger LOG = LoggerFactory.getLogger(PooledConnection.class);
    /** The longest text of a server that is reported, characters. */
    private static final int MAX_SERVER_TEXT = 200;

    private static final long LOOK_NANOS = 10_000_000;
    private static final long SHORT_LIFE_MS = 10_000;

    /** The feed of a connection. */
    interface Owner {
        void opened(PooledConnection pooled);

        /** Messages of a connection were dropped. */
        void dropped(WsConnection from, DropCause cause, long bytes);

        /** A connection answers nothing. */
        void unanswered(PooledConnection pooled);

        /** See {@link MessageReader.Replies}. */
        boolean replied(PooledConnection pooled, Reply reply);

        /** See {@link MessageReader.Replies}. */
        void erred(PooledConnection pooled, String stream, String words);

        /** See {@link MessageReader.Replies}. */
        void asked(PooledConnection pooled, Question question);

        /** See {@link MessageReader.Replies}. */
        String streamOfRequest(PooledConnection pooled, long id);

        /** Its server has told which stream has an id. */
        void learned(PooledConnection pooled);

        void closed(PooledConnection pooled, Disconnect end);
    }

    /** Takes the messages. */
    interface Receiver {
        void received(PooledConnection pooled, Payload payload, long arrivalNanos);
    }

    private final Owner owner;
    private final Receiver receiver;
    final ConnectionSlot slot;
    WsConnection connection;
    /** Its login; null = it needs none. */
    LoginConnector login;

    /** Repeats the request for its listen key; -1 = none. */
    long keepAliveTimer = -1;

    Line line;
    final PendingRequests requests = new PendingRequests();
    /** The wanted streams that the server refuses here, with its words. */
    final Map<String, String> refused = new LinkedHashMap<>();

    final ConnectionNumbers numbers = new ConnectionNumbers();
    final Readiness readiness = new Readiness();
    final AnswerBudget answers = new AnswerBudget();
    final LearnedIds ids = new LearnedIds();
    final UnnamedMessages unnamed = new UnnamedMessages();
    /** By stream: the request to end it, which needs its id. */
    final Map<String, PendingRequests.Request> waitingForId = new LinkedHashMap<>();
    /** The age at which it is replaced, milliseconds. */
    long ageLimitMs = Long.MAX_VALUE;

    /** Why it must be replaced whatever its figures are; null = it need not be. */
    private EvictionReason due;

    private boolean urgent;

    /** Since when its line is in step; valid only while it is. */
    long inStepNanos;

    /** The server's words in its last error message; null = there was none. */
    String error;

    long errorNanos;

    /** The share of messages that it lacked lately, from 0 to 1; NaN = not known. */
    double lackingShare = Double.NaN;

    /** It is open, but its subscribe messages could not be written. */
    boolean unsubscribed;

    /** For a connection that is replaced, but kept open because it may still deliver messages that no other has. */
    private long lastFrameWhenReplacedNanos;

    private boolean back;
    private long backNanos;

    /** The request that it has not answered, in words. */
    private String unanswered;
    /** When the last heartbeat was sent, or when it opened. */
    long heartbeatNanos;

    private long lookedAtNanos;

    private boolean hasData;
    private long firstDataNanos;

    boolean dismissed;

    PooledConnection(Owner owner, Receiver receiver, ConnectionSlot slot) {
        this.owner = owner;
        this.receiver = receiver;
        this.slot = slot;
    }

    /** Returns where it goes. */
    ConnectTarget target() {
        return new ConnectTarget(connection.config().url(), connection.config().path());
    }

    String id() {
        return connection.id();
    }

    /** Returns a text of the server as people may see it: bounded, and without secrets that it repeats. */
    String shown(String words) {
        return shown(words, MAX_SERVER_TEXT);
    }

    String shown(String words, int maxLength) {
        return Printable.of(signer().hidden().masked(words), maxLength);
    }

    /** Returns the secrets of its attempt. */
    Signer signer() {
        return login == null ? Signer.NONE : login.signer();
    }

    boolean isLive() {
        return connection.isConnected();
    }

    /** Marks it for replacement, when it is its turn. */
    void retire(EvictionReason reason) {
        due = due == null ? reason : due;
    }

    /** Marks it for replacement at once, because the server is about to close it. */
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

    /** Returns whether to check its readiness now: a check at every message would be too expensive. */
    boolean isWorthALook(long nowNanos) {
        boolean worth = nowNanos - lookedAtNanos >= LOOK_NANOS;
        lookedAtNanos = worth ? nowNanos : lookedAtNanos;
        return worth;
    }

    /** Closes a replaced connection. Messages that arrive until the server closes its side still count. */
    void discard(String reason) {
        connection.close(1000, reason).onComplete(done -> LOG.debug("{} closed: {}", connection.id(), reason));
    }

    /** Closes the connection with its feed. Messages that still arrive are ignored. */
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
                slot.number(),
                numbers.missing(),
                lackingShare,
                hasData ? (firstDataNanos - connection.openedNanos()) / 1e6 : Double.NaN);
    }

    /** A message that is data arrived. */
    void data(long arrivalNanos) {
        if (!hasData) {
            hasData = true;
            firstDataNanos = arrivalNanos;
        }
    }

    @Override
    public void opened(WsConnection opened) {
        owner.opened(this);
    }

    @Override
    public void message(WsConnection from, Payload payload, long arrivalNanos) {
        receiver.received(this, payload, arrivalNanos);
    }

    @Override
    public void dropped(WsConnection from, DropCause cause, long bytes) {
        owner.dropped(from, cause, bytes);
    }

    @Override
    public void unanswered(WsConnection silent, String reason) {
        unanswered = reason;
        owner.unanswered(this);
    }

    @Override
    public boolean replied(Reply reply) {
        return owner.replied(this, reply);
    }

    @Override
    public void erred(String stream, String words) {
        owner.erred(this, stream, words);
    }

    @Override
    public void ready() {
        readiness.announced();
    }

    @Override
    public void asked(Question question) {
        owner.asked(this, question);
    }

    @Override
    public LearnedIds ids() {
        return ids;
    }

    @Override
    public String streamOfRequest(long id) {
        return owner.streamOfRequest(this, id);
    }

    /** Its server has told which stream has an id. */
    void learned() {
        owner.learned(this);
    }

    /** Returns whether all its requests are sent and answered. */
    boolean isSubscribed() {
        return readiness.isOver() && requests.isSettled();
    }

    @Override
    public void numbered(long number) {
        long lacking = numbers.arrived(number);
        if (line != null && lacking > 0) {
            line.lacks(lacking);
        }
    }

    /** Returns whether it has proved that it delivers; valid once it has opened. */
    boolean isProven() {
        return line == null || line.inStep();
    }

    /** Returns whether it has ended so early, or after such a trial, that its way may be of no use. */
    boolean hasFailed() {
        return !isProven() && (connection.isClosedByUs() || connection.ageMs() < SHORT_LIFE_MS);
    }

    /** Returns whether it may be useless: it answers nothing, or could not subscribe. */
    boolean isImpaired() {
        return unsubscribed || connection.pings().isUnanswered();
    }

    /** Keeps a replaced, silent connection open for messages that may still arrive. */
    void linger() {
        lastFrameWhenReplacedNanos = connection.pings().lastFrameNanos();
    }

    /** Returns whether a lingering connection has had time to deliver the rest, or will not recover. */
    boolean isSpent(long nowNanos) {
        long lastFrameNanos = connection.pings().lastFrameNanos();
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

    /** The request that it did not answer, in words. */
    String unanswered() {
        return unanswered;
    }

    /** Returns the last frames of the connection and its state. */
    HalfOpenPolicy.Heard heard() {
        return new HalfOpenPolicy.Heard(
                connection.pings().lastFrameNanos(),
                line != null && line.inStep(),
                inStepNanos,
                connection.pings().isUnanswered(),
                connection.pings().stallNanos(),
                connection.pings().stallEndedNanos(),
                connection.pings().silenceNanos(),
                connection.pings().silenceEndedNanos());
    }

    /** Returns its last silence; null = never. */
    Silence lastSilence(long nowNanos) {
        if (connection.pings().isUnanswered()) {
            return new Silence(connection.pings().lastFrameNanos(), nowNanos, true);
        }
        long stallNanos = connection.pings().stallNanos();
        return stallNanos == 0
                ? null
                : new Silence(
                        connection.pings().stallEndedNanos() - stallNanos,
                        connection.pings().stallEndedNanos(),
                        false);
    }

    /** Returns the facts that eviction uses. */
    EvictionPolicy.Contender contender() {
        return new EvictionPolicy.Contender(id(), connection.expectedLatencyMs(), line.window(), connection.ageMs());
    }

    @Override
    public void closed(WsConnection closed, Disconnect end) {
        owner.closed(this, end);
    }
}
