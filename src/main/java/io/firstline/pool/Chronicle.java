package io.firstline.pool;

import io.firstline.arbitration.Chain.Fate;
import io.firstline.arbitration.Chain.Gap;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectFailedException;
import io.firstline.connection.Disconnect;
import io.firstline.connection.DropCause;
import io.firstline.payload.Printable;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What a feed tells: its state, its events and how often they came, and its log lines, which all end in the same figures. Decides
 * nothing about connections. Belongs to the feed's context, but for {@link #state()}.
 */
final class Chronicle {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final long ERRORS_EVERY_NANOS = 1_000_000_000L;
    private static final int MAX_REASON = 250;

    private final String name;
    private String url;
    private final Roster roster;
    private final LongSupplier published;
    private final ContextInternal context;
    private final Clockwork clockwork;
    private final FailureLog failures;
    private final SessionLimit sessions = new SessionLimit();

    private Handler<FeedEvent> eventHandler = event -> {};
    private volatile FeedState state = FeedState.CLOSED;
    private final Troubles troubles = new Troubles();
    private boolean degradedTold;
    private boolean errorTold;
    private long errorToldNanos;
    private long errorsOmitted;
    private long evictions;
    private final Map<String, Long> evictedFor = new TreeMap<>();
    private long losses;
    private String lastFailure = "";

    /**
     * Begins with a closed feed.
     *
     * @param url as it may be shown
     * @param stableMs how long a feed must be whole until the next failure is news again
     */
    Chronicle(
            String name,
            String url,
            long stableMs,
            Roster roster,
            LongSupplier published,
            ContextInternal context,
            Clockwork clockwork) {
        this.name = name;
        this.failures = new FailureLog(TimeUnit.MILLISECONDS.toNanos(stableMs));
        this.url = url;
        this.roster = roster;
        this.published = published;
        this.context = context;
        this.clockwork = clockwork;
    }

    /** Where it connects to from now on, as it may be shown. */
    void url(String newUrl) {
        url = newUrl;
    }

    void eventHandler(Handler<FeedEvent> handler) {
        eventHandler = handler == null ? event -> {} : handler;
    }

    // state

    FeedState state() {
        return state;
    }

    void starting() {
        state = FeedState.STARTING;
        degradedTold = false;
        troubles.clear();
        lastFailure = "";
        failures.restart();
    }

    void closed() {
        state = FeedState.CLOSED;
    }

    /** Every first attempt has failed: attempts go on, but the feed is not starting any more. */
    void startFailed() {
        become(FeedState.DISCONNECTED, true);
    }

    /**
     * A connection has come or gone.
     *
     * @param trouble gone, or it could not come; while all goes well, a start that is not complete yet is no news
     */
    void liveChanged(boolean trouble) {
        if (state == FeedState.CLOSED) {
            return; // an event handler may have closed the feed
        }
        int live = roster.live();
        if (live >= roster.target() && troubles.degrading().isEmpty()) {
            become(FeedState.CONNECTED, trouble);
        } else if (live > 0) {
            become(FeedState.DEGRADED, trouble);
        } else if (state != FeedState.STARTING) {
            become(FeedState.DISCONNECTED, trouble);
        }
    }

    private void become(FeedState next, boolean trouble) {
        FeedState before = state;
        state = next;
        boolean news = failures.isFirst(next.name(), clockwork.nowNanos());
        failures.whole(next == FeedState.CONNECTED, clockwork.nowNanos());
        if (next == FeedState.CONNECTED) {
            lastFailure = "";
            whole(news);
        } else if (next != before ? trouble || before != FeedState.STARTING : trouble && !degradedTold) {
            degradedTold = true;
            String what = next == FeedState.DISCONNECTED ? "has no connection" : "degraded";
            String why = troubles.degrading().isEmpty() ? "" : ": " + troubles.degrading();
            LOG.atLevel(news ? Level.WARN : Level.DEBUG).log("{} {}{} ({})", name, what, why, figures());
            tell(FeedEvent.Type.DEGRADED, stateFacts());
        }
    }

    /** Recovery is news only to those who were told of the trouble. */
    private void whole(boolean news) {
        if (degradedTold) {
            degradedTold = false;
            LOG.atLevel(news ? Level.INFO : Level.DEBUG).log("{} recovered ({})", name, figures());
            tell(FeedEvent.Type.RECOVERED, stateFacts());
        }
    }

    private JsonObject stateFacts() {
        JsonObject facts = new JsonObject()
                .put("live", roster.live())
                .put("target", roster.target())
                .put("state", state.name());
        return troubles.degrading().isEmpty() ? facts : facts.put("reason", troubles.degrading());
    }

    /**
     * Something is wrong with what the connections bring; told once until it is over.
     *
     * @param subject what of its kind it is about; empty = all of the feed
     */
    void trouble(Trouble trouble, String subject, String what, JsonObject facts) {
        if (troubles.begins(trouble, subject, what)) {
            LOG.warn("{} {} ({})", name, what, figures());
            tell(trouble.type(), facts.put("reason", what));
            liveChanged(trouble.degrades());
        }
    }

    /** A text frame holds several JSON values, each of which became a message or not. */
    void severalValues(String connectionId, boolean split) {
        if (isKnown(Trouble.SEVERAL_VALUES, "")) {
            return;
        }
        trouble(
                Trouble.SEVERAL_VALUES,
                "",
                "text frames hold several JSON values; "
                        + (split
                                ? "each is a message of its own"
                                : "they are published as they come, and match only frames with the same values: a venue"
                                        + " profile with \"messages\" splits them"),
                new JsonObject().put("connection", connectionId).put("split", split));
    }

    /** Whether that is wrong at the moment. */
    boolean isKnown(Trouble trouble, String subject) {
        return troubles.isKnown(trouble, subject);
    }

    /** What was wrong is so no more. */
    void over(Trouble trouble, String subject) {
        if (troubles.ends(trouble, subject)) {
            liveChanged(false);
        }
    }

    /** What is wrong with what the connections bring, in words. */
    List<String> problems() {
        return troubles.all();
    }

    // connections

    void connected(Member member) {
        sessions.opened(clockwork.nowNanos());
        LOG.info("{}/{} connected ({})", name, member.id(), figures());
        tell(FeedEvent.Type.CONNECTED, about(member));
    }

    void lost(Member member, Disconnect end) {
        losses++;
        lastFailure = end.toString();
        if (failures.isNews(end.cause(), clockwork.nowNanos())) {
            LOG.warn("{}/{} lost: {} from {} ({})", name, member.id(), end, url, figures());
        }
        tell(
                FeedEvent.Type.DISCONNECTED,
                about(member)
                        .put("cause", end.cause())
                        .put("code", end.code())
                        .put("reason", end.reason())
                        .put("ageMs", member.connection.ageMs()));
        if (sessions.lost(end, member.connection.ageMs(), clockwork.nowNanos())) {
            oneSession("each connection that opens makes the server close an older one: " + end);
        }
    }

    private void oneSession(String evidence) {
        if (roster.target() > 1 && failures.isFirst("one-session", clockwork.nowNanos())) {
            LOG.warn(
                    "{}: the server seems to allow one session; set \"connections\": 1 ({}) ({})",
                    name,
                    evidence,
                    figures());
            tell(
                    FeedEvent.Type.ADVICE,
                    new JsonObject().put("advice", "connections: 1").put("reason", evidence));
        }
    }

    void connectFailed(Throwable failure) {
        Disconnect end = failure instanceof ConnectFailedException known
                ? known.end()
                : new Disconnect("error", 0, String.valueOf(failure.getMessage()));
        lastFailure = end.toString();
        if (failures.isNews(end.cause(), clockwork.nowNanos())) {
            LOG.warn("{} cannot connect to {}: {}; trying again ({})", name, url, end, figures());
            tell(
                    FeedEvent.Type.CONNECT_FAILED,
                    new JsonObject()
                            .put("cause", end.cause())
                            .put("reason", end.reason())
                            .put("url", url));
        }
        LOG.debug("{} connect attempt failed", name, failure);
        if (sessions.refused(end, roster.live())) {
            oneSession(end.toString());
        }
    }

    /** An attempt must wait: the host asked to be left alone, or the budget of attempts is spent. Told once per outage. */
    void waiting(long waitMs) {
        if (failures.isNews("connect-budget", clockwork.nowNanos())) {
            LOG.warn("{} waits {} ms before it connects to {} again ({})", name, waitMs, url, figures());
            tell(
                    FeedEvent.Type.CONNECT_WAITING,
                    new JsonObject().put("waitMs", waitMs).put("url", url));
        }
    }

    void inStep(Member member, boolean alone) {
        LOG.info("{}/{} leads{} ({})", name, member.id(), alone ? " alone" : " in step", figures());
        tell(FeedEvent.Type.IN_STEP, about(member).put("alone", alone));
    }

    /** One connection is silent while others deliver. */
    void silent(Member member) {
        LOG.warn("{}/{} is silent while others deliver ({})", name, member.id(), figures());
        tell(FeedEvent.Type.STREAM_SILENT, about(member));
    }

    /** One stream of one connection is silent while others deliver it. */
    void silent(Member member, String stream) {
        LOG.warn("{}/{} does not bring {} while others do ({})", name, member.id(), stream, figures());
        tell(FeedEvent.Type.STREAM_SILENT, about(member).put("stream", stream));
    }

    /** One stream comes on no connection any more, while others do. */
    void silent(String stream, long silentMs) {
        LOG.info("{} brings no {} for {} ms, on any connection ({})", name, stream, silentMs, figures());
        tell(
                FeedEvent.Type.STREAM_SILENT,
                new JsonObject().put("stream", stream).put("silentMs", silentMs));
    }

    /** Streams were subscribed and bring nothing. */
    void noFirstData(List<String> streams, long waitedMs) {
        LOG.warn("{} got no data for {} within {} ms of subscribing ({})", name, streams, waitedMs, figures());
        tell(
                FeedEvent.Type.STREAM_SILENT,
                new JsonObject().put("streams", new JsonArray(streams)).put("waitedMs", waitedMs));
    }

    void subscribeFailed(Member member, List<String> streams, String why) {
        String reason = Printable.of(why, MAX_REASON); // it may quote the server
        if (failures.isNews("subscribe", clockwork.nowNanos())) {
            LOG.warn("{}/{} is not subscribed to {}: {} ({})", name, member.id(), streams, reason, figures());
        }
        tell(
                FeedEvent.Type.SUBSCRIBE_FAILED,
                about(member).put("streams", new JsonArray(streams)).put("reason", reason));
    }

    /** The server reports an error; of many only one a second is passed on. */
    void serverError(Member member, List<String> streams, String words) {
        long now = clockwork.nowNanos();
        if (errorTold && now - errorToldNanos < ERRORS_EVERY_NANOS) {
            errorsOmitted++;
            return;
        }
        JsonObject facts = about(member).put("text", words).put("omitted", errorsOmitted);
        errorTold = true;
        errorToldNanos = now;
        errorsOmitted = 0;
        if (failures.isNews("server-error", now)) {
            LOG.warn("{}/{} the server reports an error: {} ({})", name, member.id(), words, figures());
        }
        tell(FeedEvent.Type.SERVER_ERROR, streams.isEmpty() ? facts : facts.put("streams", new JsonArray(streams)));
    }

    /** Messages of a stream are missing, or have come after all. */
    void gap(String stream, Gap gap, String by, List<String> lackedBy) {
        String what = gap.fate().name().toLowerCase(Locale.ROOT);
        LOG.atLevel(gap.fate() == Fate.LOST ? Level.WARN : Level.DEBUG)
                .log("{} {}: gap {} to {} {} ({})", name, stream, gap.from(), gap.to(), what, figures());
        tell(
                FeedEvent.Type.GAP,
                new JsonObject()
                        .put("stream", stream)
                        .put("from", gap.from())
                        .put("to", gap.to())
                        .put("state", what)
                        .put("connection", by)
                        .put("lackedBy", new JsonArray(lackedBy)));
    }

    /** A copy has the key of a message but other bytes than its first copy; told once for each stream. */
    void conflict(Member member, String stream) {
        LOG.warn(
                "{}/{} brings a {} whose bytes differ from those of others ({})", name, member.id(), stream, figures());
        tell(FeedEvent.Type.CONFLICT, about(member).put("stream", stream));
    }

    void shutdownAnnounced(Member member) {
        LOG.info("{}/{} is told that its server is going to shut down ({})", name, member.id(), figures());
        tell(FeedEvent.Type.SHUTDOWN_ANNOUNCED, about(member));
    }

    /** Nothing comes on any connection, longer than is usual for this feed. */
    void silent(long silentMs) {
        LOG.warn("{} has been silent for {} ms on every connection ({})", name, silentMs, figures());
        tell(FeedEvent.Type.STREAM_SILENT, new JsonObject().put("silentMs", silentMs));
    }

    void outOfStep(Member member) {
        tell(FeedEvent.Type.OUT_OF_STEP, about(member));
    }

    void evicted(Member old, Member replacement, EvictionReason reason, String compared) {
        evictions++;
        evictedFor.merge(reason.cause().label(), 1L, Long::sum);
        String better = compared.isEmpty() ? "" : " with " + compared;
        LOG.info("{}/{} evicted: {}, {} took over{} ({})", name, old.id(), reason, replacement.id(), better, figures());
        tell(
                FeedEvent.Type.EVICTED,
                about(old)
                        .put("replacement", replacement.id())
                        .put("reason", reason.toString())
                        .put("compared", compared)
                        .put("latencyMs", rounded(old.connection.latencyMs()))
                        .put(
                                "lagP99Micros",
                                old.line == null ? null : old.line.figures().lagP99Micros()));
    }

    void evictionAbandoned(Member old, Member candidate, String why) {
        if (state == FeedState.CLOSED) {
            return;
        }
        String stays = old == null ? "nobody" : old.id();
        LOG.info("{}/{} stays: {} is dropped, {} ({})", name, stays, candidate.id(), why, figures());
        tell(
                FeedEvent.Type.EVICTION_ABANDONED,
                new JsonObject()
                        .put("connection", stays)
                        .put("replacement", candidate.id())
                        .put("reason", why));
    }

    void dropped(DropCause cause, long count, long total) {
        LOG.warn("{} dropped {} messages: {} ({})", name, count, cause.label(), figures());
        tell(
                FeedEvent.Type.DROPPED,
                new JsonObject().put("cause", cause.label()).put("count", count).put("total", total));
    }

    /**
     * Messages were too large.
     *
     * @param largest the size of the largest; 0 = it is not known
     * @param limit what maxMessageBytes is
     */
    void droppedOversize(long count, long total, long largest, int limit) {
        LOG.warn(
                "{} dropped {} messages: oversize, {} bytes where maxMessageBytes is {} ({})",
                name,
                count,
                largest == 0 ? "more" : "up to " + largest,
                limit,
                figures());
        tell(
                FeedEvent.Type.DROPPED,
                new JsonObject()
                        .put("cause", DropCause.OVERSIZE.label())
                        .put("count", count)
                        .put("total", total)
                        .put("bytes", largest == 0 ? null : largest)
                        .put("maxMessageBytes", limit));
    }

    /** How many connections were replaced on purpose. */
    long evictions() {
        return evictions;
    }

    /** The same by reason. */
    Map<String, Long> evictedFor() {
        return Map.copyOf(evictedFor);
    }

    /** How many connections ended without our closing them. */
    long losses() {
        return losses;
    }

    /** What the last failed attempt or lost connection ended with; empty while the feed is whole. */
    String lastFailure() {
        return lastFailure;
    }

    /** Failed attempts and lost connections, by cause. */
    Map<String, Long> failures() {
        return failures.counts();
    }

    private static JsonObject about(Member member) {
        return new JsonObject().put("connection", member.id());
    }

    private void tell(FeedEvent.Type type, JsonObject facts) {
        try {
            eventHandler.handle(new FeedEvent(type, name, clockwork.epochMicros(), facts));
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
    }

    private String figures() {
        return "live=" + roster.live() + "/" + roster.target() + ", open="
                + roster.open().size() + ", published=" + published.getAsLong();
    }

    private static Double rounded(double latencyMs) {
        return Double.isNaN(latencyMs) ? null : Math.round(latencyMs * 1_000) / 1_000.0;
    }
}
