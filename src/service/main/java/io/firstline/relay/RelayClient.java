package io.firstline.relay;

import io.firstline.config.service.RelayLimits;
import io.firstline.relay.dialect.ClientRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Future;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One client of a feed: its socket, its streams, what waits for it. Writes to the channel below Vert.x' WebSocket, so that
 * clients share encoded frames and many frames share a flush. Runs on the relay's event loop.
 */
final class RelayClient {
    /** Bytes in the socket's own queue; what exceeds them waits in the client's queue, where it can be counted. */
    private static final WriteBufferWaterMark IN_SOCKET = new WriteBufferWaterMark(64 << 10, 128 << 10);

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int SILENT_INTERVALS = 3;
    private static final int STREAMS_SHOWN = 20;
    private static final int MOST_REASON = 123;

    private final RelayFeed feed;
    private final ClientSession session;
    private final ServerWebSocket socket;
    private final ChannelHandlerContext channel;
    private final String peer;
    private final RelayLimits limits;
    private final ClientQueue queue;
    private final FrameCount frames;
    private final long openedNanos;
    /** Null = all streams. */
    private Set<String> streams;
    /** Those of them that it gets once there is a snapshot of them. */
    private final Set<String> awaited = new HashSet<>();

    /** By stream: the request that was granted. */
    private final Map<String, ClientRequest> granted = new HashMap<>();

    private long heardNanos;
    /** Intervals of its present silence for which it was pinged. */
    private long pings;

    private long closingNanos;
    private ClientClosing closing;
    private boolean compressed;
    private boolean tooSlow;
    private boolean needsFlush;
    private long messages;
    private long bytes;
    private long ignored;
    private Future<Void> requests = Future.succeededFuture();
    /** The last one that waited for all before it. */
    private Future<Void> lastAlone = Future.succeededFuture();

    private int waitingRequests;
    private long conflatedBefore;
    private final RateMeter rate = new RateMeter();

    RelayClient(
            RelayFeed feed,
            ClientSession session,
            ServerWebSocket socket,
            ChannelHandlerContext channel,
            RelayLimits limits,
            long nowNanos) {
        this.feed = feed;
        this.session = session;
        this.socket = socket;
        this.channel = channel;
        this.peer = String.valueOf(socket.remoteAddress());
        this.limits = limits;
        this.queue = new ClientQueue(limits);
        this.frames = new FrameCount(limits.maxFramesPerSecond());
        this.openedNanos = nowNanos;
        this.heardNanos = nowNanos;
        this.streams = session.streams() == null ? null : new TreeSet<>(session.streams());
        channel.channel().config().setWriteBufferWaterMark(IN_SOCKET);
    }

    /** The upgrade is complete. */
    void begin(boolean inCompressedForm) {
        compressed = inCompressedForm;
    }

    boolean isClosing() {
        return closing != null;
    }

    // what it wants

    ClientSession session() {
        return session;
    }

    /** Null = all streams. */
    Set<String> streams() {
        return streams;
    }

    boolean isCompressed() {
        return compressed;
    }

    /** The streams that it gets now; null = all. */
    Set<String> ready() {
        if (streams == null || awaited.isEmpty()) {
            return streams;
        }
        Set<String> ready = new TreeSet<>(streams);
        ready.removeAll(awaited);
        return ready;
    }

    /** It gets these of its streams only after {@link #ready(Collection)}; then {@link RelayFeed#replace} it. */
    void awaits(Collection<String> snapshotsOf) {
        awaited.addAll(snapshotsOf);
    }

    /** The snapshots of these streams are here; then {@link RelayFeed#replace} it. */
    void ready(Collection<String> snapshotsOf) {
        awaited.removeAll(snapshotsOf);
    }

    /** It wants these streams no more; then {@link RelayFeed#replace} it. */
    void withdraw(Collection<String> gone) {
        gone.forEach(stream -> {
            streams.remove(stream);
            awaited.remove(stream);
            granted.remove(stream);
        });
    }

    /** A request for streams that it has is granted. */
    void grant(Collection<String> asked, ClientRequest request) {
        asked.stream().filter(streams::contains).forEach(stream -> granted.put(stream, request));
    }

    /** The request that was granted for a stream; null = none was. */
    ClientRequest granted(String stream) {
        return granted.get(stream);
    }

    String feedName() {
        return feed.name();
    }

    String peer() {
        return peer;
    }

    // what it gets

    /** Writes the batch or lets it wait; call {@link #flush} at the end of the turn. */
    void deliver(FrameBatch batch, long nowNanos) {
        if (closing != null || tooSlow) {
            return;
        }
        if (queue.isEmpty() && channel.channel().isWritable()) {
            written(batch.messages(), batch.length());
            write(batch.share());
        } else if (queue.add(batch, nowNanos)) {
            drain(); // the socket may have got room
        } else {
            tooSlow("this client reads too slowly: " + queue.messages() + " messages waited", nowNanos);
        }
    }

    /** It leaves after this turn, which goes through all clients. */
    private void tooSlow(String reason, long nowNanos) {
        tooSlow = true;
        channel.executor().execute(() -> close(ClientClosing.SLOW, reason, nowNanos));
    }

    private void write(ByteBuf frames) {
        needsFlush = true;
        ChannelFuture unused = channel.write(frames, channel.voidPromise());
    }

    private void written(int count, int length) {
        messages += count;
        bytes += length;
        feed.figures().sent(count, length);
    }

    void flush() {
        if (needsFlush) {
            needsFlush = false;
            channel.flush();
        }
    }

    /** Writes what waits, while the socket has room. */
    void drain() {
        while (closing == null && channel.channel().isWritable() && !queue.isEmpty()) {
            int before = queue.messages();
            ByteBuf next = queue.poll();
            written(before - queue.messages(), next.readableBytes());
            write(next);
        }
        if (queue.isEmpty()) {
            queue.clear();
        }
        flush();
    }

    /** See {@link #answer(String)}. */
    void answer(List<String> texts) {
        texts.forEach(this::answer);
    }

    /** Answers a request; null = no answer. An answer follows what the client gets already. */
    void answer(String text) {
        if (text == null || closing != null) {
            return;
        }
        if (backlogBytes() > limits.maxQueueBytes()) {
            tooSlow("this client does not read its answers", heardNanos);
        } else {
            send(new TextWebSocketFrame(text));
        }
    }

    private void send(WebSocketFrame frame) {
        ChannelFuture unused = channel.writeAndFlush(frame, channel.voidPromise());
    }

    // what it says

    /** A frame has arrived; returns whether it is to be read. */
    boolean heard(long nowNanos) {
        heardNanos = nowNanos;
        pings = 0;
        if (closing != null) {
            return false;
        }
        if (frames.isOver(nowNanos)) {
            close(
                    ClientClosing.TOO_MANY_FRAMES,
                    "more than " + limits.maxFramesPerSecond() + " frames in a second",
                    nowNanos);
            return false;
        }
        return true;
    }

    /** Messages that newer ones replaced since the last call. */
    long newlyConflated() {
        long newly = queue.conflated() - conflatedBefore;
        conflatedBefore = queue.conflated();
        return newly;
    }

    /**
     * Carries out a request after the earlier ones of this client.
     *
     * @param together whether it need not wait for earlier ones of this kind
     * @return false = {@code most} wait already
     */
    boolean inTurn(int most, boolean together, Supplier<Future<?>> request) {
        if (waitingRequests >= most) {
            return false;
        }
        waitingRequests++;
        Future<Void> done = (together ? lastAlone : requests)
                .transform(before -> request.get().<Void>mapEmpty());
        done.onComplete(any -> waitingRequests--);
        if (together) {
            requests = Future.join(requests, done).mapEmpty();
        } else {
            requests = done;
            lastAlone = done;
        }
        return true;
    }

    /** It sent something that its protocol does not know. */
    void ignored() {
        ignored++;
    }

    /** Pings it, or ends it if it is silent or does not close. Called about once a second. */
    void look(long nowNanos) {
        rate.see(messages, nowNanos);
        if (closing != null) {
            if (nowNanos - closingNanos >= CLOSE_NANOS) {
                cutOff();
            }
            return;
        }
        long quietIntervals = (nowNanos - heardNanos) / TimeUnit.MILLISECONDS.toNanos(limits.pingMs());
        if (quietIntervals >= SILENT_INTERVALS) {
            close(ClientClosing.SILENT, "no answer to pings", nowNanos);
        } else if (quietIntervals > pings) {
            pings++;
            if (channel.channel().isWritable()) {
                send(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
            }
        }
    }

    // the end

    /** Sends a close frame; the connection ends at the latest two seconds later. */
    void close(ClientClosing why, String reason, long nowNanos) {
        if (closing != null) {
            return;
        }
        closing = why;
        closingNanos = nowNanos;
        feed.reportClosing(why, peer + ", " + reason + ", " + queue.bytes() + " bytes wait");
        queue.clear();
        feed.leaves(this, why);
        if (channel.channel().isWritable()) {
            socket.close(why.code(), fitting(reason));
        } else { // Vert.x would hold the frame back, and log an error if the connection ends before it is sent
            send(new CloseWebSocketFrame(why.code(), fitting(reason)));
        }
    }

    /** A close frame has room for 123 bytes. */
    private static String fitting(String reason) {
        String ascii = reason.replaceAll("[^ -~]", "?");
        return ascii.length() <= MOST_REASON ? ascii : ascii.substring(0, MOST_REASON);
    }

    /** The connection has ended. */
    void ended() {
        if (closing == null) {
            closing = ClientClosing.BY_CLIENT;
            feed.leaves(this, closing);
        }
        queue.clear();
    }

    /** Its messages could not be written. */
    void failed(RuntimeException cause) {
        close(ClientClosing.FAILED, String.valueOf(cause), heardNanos);
    }

    /** Closes at the first handler: the close of every later one waits for the peer. */
    void cutOff() {
        ChannelFuture unused = channel.pipeline().firstContext().close();
    }

    // seen

    ClientQueue queue() {
        return queue;
    }

    long backlogBytes() {
        var inSocket = channel.channel().unsafe().outboundBuffer();
        return queue.bytes() + (inSocket == null ? 0 : inSocket.totalPendingWriteBytes());
    }

    JsonObject toJson(long nowNanos) {
        return new JsonObject()
                .put("client", peer)
                .put("feed", feed.name())
                .put(
                        "streams",
                        streams == null
                                ? null
                                : new JsonArray(
                                        streams.stream().limit(STREAMS_SHOWN).toList()))
                .put("streamCount", streams == null ? null : streams.size())
                .put("connectedMs", TimeUnit.NANOSECONDS.toMillis(nowNanos - openedNanos))
                .put("messages", messages)
                .put("bytes", bytes)
                .put("ratePerSecond", rate.perSecond())
                .put("backlogMessages", queue.messages())
                .put("backlogBytes", backlogBytes())
                .put("queueAgeMs", TimeUnit.NANOSECONDS.toMillis(queue.ageNanos(nowNanos)))
                .put("conflated", queue.conflated())
                .put("quietMs", TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos))
                .put("ignored", ignored);
    }
}
