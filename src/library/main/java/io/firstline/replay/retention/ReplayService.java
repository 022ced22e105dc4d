package io.firstline.replay.retention;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests for messages published before, from the owner's {@link RetentionBuffer}. Only the owner answers. The
 * answer is a {@link ReplayResponse}; a failure has code 400 for an invalid request, and 503 if this node is not the owner,
 * or if the requester knows a later one.
 *
 * <ul>
 * <li>{@code {"from": 7, "to": 9}}: these messages, as far as they are kept; without {@code to}, up to the last
 * <li>{@code {"last": true}}: the last message of each stream; with {@code "streams": ["…"]} of these only; with
 *     {@code "from"} only this number and greater ones
 * <li>{@code {}}: the state of the feed without messages
 * <li>in each, {@code "line": "node/7"}, a {@link LineName#key}: of what this node has merged, see {@link Addresses#lines}
 * <li>{@code {"lines": true}}, published: a subscription wants the lines of all nodes; there is no answer
 * <li>in each, {@code "epoch": 3}: the last owner that the requester knows; a former owner does not answer then
 * </ul>
 */
public final class ReplayService {
    /** The longest wait for other nodes before an answer. */
    private static final long MOST_WAITING_MS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ReplayService.class);
    private static final String WANTS_LINES = "lines";
    private static final int ASKED = 3;
    private static final long ANSWER_MS = 1_000;
    private static final int NOT_UNDERSTOOD = 400;
    private static final int NOT_THE_OWNER = 503;

    private final Vertx vertx;
    private final String feed;
    private final RetentionBuffer retention;
    private final BooleanSupplier owns;
    private final NodeLines lines;
    private final MessageConsumer<Object> carrier;
    /** Null while another node answers at that address. */
    private MessageConsumer<Object> owner;

    /**
     * Answers at the carriers' address.
     *
     * @param owns returns whether this node publishes the feed
     */
    public ReplayService(Vertx vertx, String feed, RetentionBuffer retention, BooleanSupplier owns) {
        this(vertx, feed, retention, owns, NodeLines.NONE);
    }

    /**
     * The same for a node that publishes a line.
     *
     * @param owns returns whether this node publishes the feed
     */
    public ReplayService(Vertx vertx, String feed, RetentionBuffer retention, BooleanSupplier owns, NodeLines lines) {
        this.lines = lines;
        this.vertx = vertx;
        this.feed = feed;
        this.retention = retention;
        this.owns = owns;
        this.carrier = vertx.eventBus().consumer(Addresses.carriers(feed), this::answer);
    }

    /**
     * Sends a request to all nodes that carry a feed, or to the usual number of them: one of them publishes it, and
     * one may hang.
     *
     * @return the first answer; fails if none arrives in time
     */
    public static Future<ReplayResponse> ask(Vertx vertx, String feed, JsonObject request) {
        List<Future<ReplayResponse>> answers = IntStream.range(0, vertx.isClustered() ? ASKED : 1)
                .mapToObj(i -> vertx.eventBus()
                        .request(Addresses.carriers(feed), request, new DeliveryOptions().setSendTimeout(ANSWER_MS))
                        .map(ReplayResponse::of))
                .toList();
        return Future.any(answers).map(any -> answers.stream()
                .filter(Future::succeeded)
                .findFirst()
                .orElseThrow()
                .result());
    }

    /** Asks all nodes that carry a feed to publish what they merge; to be repeated once a second. */
    public static void wantLines(Vertx vertx, String feed) {
        vertx.eventBus().publish(Addresses.carriers(feed), new JsonObject().put(WANTS_LINES, true));
    }

    /** Starts or stops answering at the owner's address. */
    public void answersForAll(boolean forAll) {
        if (forAll && owner == null) {
            owner = vertx.eventBus().consumer(Addresses.resend(feed), this::answer);
        } else if (!forAll && owner != null) {
            owner.unregister().onFailure(e -> LOG.debug("{} still answers requests", feed, e));
            owner = null;
        }
    }

    /** Stops answering. */
    public Future<Void> close() {
        return Future.join(carrier.unregister(), owner == null ? Future.succeededFuture() : owner.unregister())
                .mapEmpty();
    }

    private void answer(Message<Object> request) {
        ReplayResponse answer;
        try {
            if (!(RejectionLog.body(request) instanceof JsonObject json)) {
                throw new IllegalArgumentException("a question is a JSON object like {\"from\": 7, \"to\": 9}");
            }
            if (json.containsKey(WANTS_LINES)) {
                lines.linesWanted();
                return;
            }
            if (json.containsKey(Addresses.LINE)) {
                answerForLine(request, json);
                return;
            }
            if (!owns.getAsBoolean()) {
                request.fail(NOT_THE_OWNER, "this is not the owner");
                return;
            }
            int newest = retention.state().epochs().newest();
            if (number(json, "epoch", newest) > newest) {
                request.fail(NOT_THE_OWNER, "this is the owner of epoch " + newest);
                return;
            }
            answer = answer(retention, json);
        } catch (IllegalArgumentException e) {
            request.fail(NOT_UNDERSTOOD, e.getMessage());
            return;
        }
        reply(request, answer);
    }

    private void reply(Message<Object> request, ReplayResponse answer) {
        // the answer should not overtake the messages that it names; but the consumers of a new owner wait for it, and
        // a node may hang
        Future<Void> delivered = FanOut.of(vertx).delivered();
        Promise<Void> soon = Promise.promise();
        delivered.onComplete(done -> soon.tryComplete());
        if (!delivered.isComplete()) {
            vertx.setTimer(MOST_WAITING_MS, id -> soon.tryComplete());
        }
        soon.future().onComplete(done -> request.reply(answer.body(), answer.headers()));
    }

    private void answerForLine(Message<Object> request, JsonObject json) {
        RetentionBuffer line = lines.line(String.valueOf(json.getValue(Addresses.LINE)));
        if (line == null) {
            request.fail(NOT_THE_OWNER, "this node does not publish that line");
        } else {
            reply(request, answer(line, json));
        }
    }

    private static ReplayResponse answer(RetentionBuffer retention, JsonObject request) {
        if (Boolean.TRUE.equals(request.getValue("last"))) {
            return retention.lastValues(number(request, "from", 1), streams(request));
        }
        if (!request.containsKey("from")) {
            return retention.state();
        }
        long from = number(request, "from", 1);
        long to = number(request, "to", Long.MAX_VALUE);
        if (from < 1 || to < from) {
            throw new IllegalArgumentException(
                    "found " + request.encode() + ", allowed: \"from\" 1 or more and no greater than \"to\"");
        }
        return retention.range(from, to);
    }

    private static long number(JsonObject request, String key, long otherwise) {
        Object value = request.getValue(key, otherwise);
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw new IllegalArgumentException("\"" + key + "\" must be a whole number");
    }

    private static List<String> streams(JsonObject request) {
        if (request.getValue("streams", new JsonArray()) instanceof JsonArray names
                && names.stream().allMatch(String.class::isInstance)) {
            return names.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("\"streams\" must be an array of strings");
    }
}
