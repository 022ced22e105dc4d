package io.firstline.bridge;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a bridge. Its requests are performed or rejected; messages are written to it while it reads. Runs on
 * the bridge's event loop.
 */
final class Client {
    private static final Logger LOG = LoggerFactory.getLogger(Client.class);
    static final int MOST_ADDRESSES = 256;
    static final int MOST_REQUESTS = 64;
    /** The approximate cost of a waiting frame besides its bytes: answers to pings are small, and there may be many. */
    private static final int FRAME_OVERHEAD = 256;

    private static final String AUTHORIZATION = "authorization";

    private final Bridge bridge;
    private final ClientSocket line;
    private final Set<String> heard = new LinkedHashSet<>();
    private boolean known;
    private boolean welcome;
    private boolean gone;
    private long spokeNanos;
    private int requests;
    private long waitingBytes;

    Client(Bridge bridge, ClientSocket line, long nowNanos) {
        this.bridge = bridge;
        this.line = line;
        this.spokeNanos = nowNanos;
        this.known = brings(line.authorization()) == TokenCheck.Result.RIGHT;
    }

    Set<String> heard() {
        return heard;
    }

    /** Whether it has sent no valid request, or no ping where pings are mandatory, since the given time. */
    boolean isSilent(long sinceNanos) {
        return (!welcome || bridge.protocol().mustPing()) && spokeNanos - sinceNanos < 0;
    }

    // requests

    /** A complete frame has arrived, without its length. */
    void read(Buffer bytes) {
        if (gone) {
            return;
        }
        if (!(decoded(bytes) instanceof JsonObject frame)) {
            disconnect("invalid_json");
            return;
        }
        String address = text(frame, "address");
        switch (String.valueOf(text(frame, "type"))) {
            case "ping" -> ping();
            case "register" -> ifAddressed(address, () -> register(address, frame));
            case "unregister" -> ifAddressed(address, () -> unregister(address));
            case "send" -> ifAddressed(address, () -> ask(address, frame));
            // clients publish nothing: feeds carry only venue messages, and every request needs an answer
            case "publish" -> error("access_denied");
            default -> error("unknown_type");
        }
    }

    private static Object decoded(Buffer bytes) {
        try {
            return Json.decodeValue(bytes);
        } catch (DecodeException e) {
            return null;
        }
    }

    private void ifAddressed(String address, Runnable action) {
        if (address == null) {
            error("missing_address");
        } else {
            action.run();
        }
    }

    private void ping() {
        if (welcome || !bridge.isOnlyAuthenticated()) {
            spokeNanos = System.nanoTime();
        }
        if (!bridge.protocol().mustPing()) {
            write(bridge.protocol().bytes(new JsonObject().put("type", "pong")));
        }
    }

    private void register(String address, JsonObject frame) {
        boolean identified = isKnown(frame);
        if (gone) {
            return;
        }
        if (!bridge.permissions().mayHear(address) || (bridge.isOnlyAuthenticated() && !identified)) {
            error("access_denied");
        } else if (heard.contains(address)) {
            error("address_already_registered");
        } else if (heard.size() >= MOST_ADDRESSES) {
            error("max_handlers_reached");
        } else {
            welcome();
            heard.add(address);
            bridge.listen(address, this);
        }
    }

    private void unregister(String address) {
        if (heard.remove(address)) {
            bridge.leave(address, this);
        } else {
            error(bridge.permissions().mayHear(address) ? "unknown_address" : "access_denied");
        }
    }

    private void ask(String address, JsonObject frame) {
        boolean identified = isKnown(frame);
        if (gone) {
            return;
        }
        if (!bridge.permissions().mayAsk(address) || !identified) {
            error("access_denied");
            return;
        }
        welcome();
        String replyAddress = text(frame, "replyAddress");
        DeliveryOptions options = new DeliveryOptions();
        headers(frame).forEach(header -> {
            if (!header.getKey().equalsIgnoreCase(AUTHORIZATION)) {
                options.addHeader(header.getKey(), String.valueOf(header.getValue()));
            }
        });
        if (replyAddress == null) {
            bridge.bus().send(address, frame.getValue("body"), options);
        } else if (requests >= MOST_REQUESTS) {
            error("too_many_requests");
        } else {
            requests++;
            bridge.bus()
                    .request(address, frame.getValue("body"), options)
                    .onComplete(answer -> answered(address, replyAddress, answer));
        }
    }

    private void answered(String address, String replyAddress, AsyncResult<Message<Object>> answer) {
        requests--;
        if (answer.succeeded()) {
            Message<Object> reply = answer.result();
            write(bridge.protocol().message(replyAddress, reply, Bridge.body(reply.body())));
        } else if (answer.cause() instanceof ReplyException failure) {
            write(bridge.protocol().failed(address, replyAddress, failure));
        } else {
            LOG.warn("bridge {} has no answer for {}", bridge.name(), line.peer(), answer.cause());
            error("failed");
        }
    }

    private void welcome() {
        welcome = true;
        spokeNanos = System.nanoTime();
    }

    /** A client authenticates once per connection. */
    private boolean isKnown(JsonObject frame) {
        if (!known) {
            TokenCheck.Result brought = brings(text(headers(frame), AUTHORIZATION));
            known = brought == TokenCheck.Result.RIGHT;
            if (brought == TokenCheck.Result.TOO_MANY) {
                disconnect("too_many_wrong_tokens");
            }
        }
        return known;
    }

    private TokenCheck.Result brings(String authorization) {
        return bridge.token().check(authorization, line.address(), System.nanoTime());
    }

    private static JsonObject headers(JsonObject frame) {
        return frame.getValue("headers") instanceof JsonObject headers ? headers : new JsonObject();
    }

    private static String text(JsonObject object, String key) {
        return object.getValue(key) instanceof String text ? text : null;
    }

    // answers and messages

    /** Sends a message from an address on which the client listens. */
    void deliver(Buffer frame) {
        bridge.figures().sent();
        write(frame);
    }

    private void error(String what) {
        write(bridge.protocol().error(what));
    }

    /**
     * The frame itself may have any length and is shared with other clients, so only frames waiting before it count.
     */
    private void write(Buffer frame) {
        if (gone) {
            return;
        }
        if (waitingBytes > bridge.config().maxQueueBytes()) {
            LOG.warn(
                    "bridge {} drops {}: it does not read, {} bytes wait, addresses {}",
                    bridge.name(),
                    line.peer(),
                    waitingBytes,
                    List.copyOf(heard));
            bridge.figures().dropped();
            leave();
            line.cutOff();
            return;
        }
        int bytes = frame.length() + FRAME_OVERHEAD;
        waitingBytes += bytes;
        line.write(frame).onComplete(written -> waitingBytes -= bytes);
    }

    /** Sends the reason and closes the connection, whether the client reads the reason or not. */
    void disconnect(String why) {
        if (gone) {
            return;
        }
        LOG.debug("bridge {} disconnects {}: {}", bridge.name(), line.peer(), why);
        bridge.figures().refused();
        leave();
        if (waitingBytes > 0) {
            line.cutOff();
        } else {
            line.write(bridge.protocol().error(why)).onComplete(written -> line.cutOff());
        }
    }

    /** The client's socket has closed. */
    void closed() {
        leave();
    }

    private void leave() {
        gone = true;
        bridge.gone(this);
    }
}
