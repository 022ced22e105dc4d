package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for another node has a bound, what it does not get is counted, and nobody waits for it for long. */
class NodeLinkTest {
    private static final String ADDRESS = "firstline.feed.btc";
    private static final int MIB = 1 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    private final Map<String, Integer> missed = new ConcurrentHashMap<>();
    private final AtomicReference<NetSocket> accepted = new AtomicReference<>();
    private final AtomicLong received = new AtomicLong();

    NodeLinkTest() {
        Loggers.of(NodeLink.class).setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    private NodeLink link(Supplier<Future<NetSocket>> connect) {
        return new NodeLink("b:7000", any -> new NodeConnection(context, System::nanoTime, connect));
    }

    /** Sends frames of ten messages. */
    private void send(NodeLink link, int frames, int bytes) {
        for (int i = 0; i < frames; i++) {
            FeedFrame frame = new FeedFrame(ADDRESS, null, 64);
            frame.add(Buffer.buffer(new byte[bytes]));
            for (int k = 1; k < 10; k++) {
                frame.add(Buffer.buffer());
            }
            link.send(frame, context, (node, count) -> missed.merge(node, count, Integer::sum));
        }
    }

    private NodeLink linkToANodeThatDoesNotRead() {
        NetServer server = vertx.createNetServer().connectHandler(socket -> {
            accepted.set(socket.pause());
            socket.handler(data -> received.addAndGet(data.length()));
        });
        int port = Await.result(server.listen(0, "127.0.0.1")).actualPort();
        return link(() -> vertx.createNetClient().connect(port, "127.0.0.1"));
    }

    private NodeLink linkToANodeThatAnswers() {
        NetServer server = vertx.createNetServer().connectHandler(socket -> {
            Buffer all = Buffer.buffer();
            AtomicInteger read = new AtomicInteger(Integer.BYTES); // behind the opening
            socket.handler(data -> {
                all.appendBuffer(data);
                for (int at = read.get(); all.length() - at >= Integer.BYTES; at = read.get()) {
                    int end = at + Integer.BYTES + all.getInt(at);
                    if (all.length() < end) {
                        return;
                    }
                    if (all.getByte(at + Integer.BYTES) == FeedFrame.FENCE) {
                        socket.write(all.getBuffer(end - Long.BYTES, end));
                    }
                    read.set(end);
                }
            });
        });
        int port = Await.result(server.listen(0, "127.0.0.1")).actualPort();
        return link(() -> vertx.createNetClient().connect(port, "127.0.0.1"));
    }

    /** An address that moves to another event loop sends there then: two loops must not wait for each other. */
    @Test
    void shouldNotBeLockedWhenEverythingIsDelivered() {
        NodeLink link = linkToANodeThatAnswers();
        send(link, 1, 10);
        Promise<Void> sent = Promise.promise();

        link.delivered().onComplete(done -> {
            try {
                CompletableFuture.runAsync(() -> send(link, 1, 10)).get(2, TimeUnit.SECONDS);
                sent.complete();
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                sent.fail(e);
            }
        });

        Await.result(sent.future());
    }

    @Test
    void shouldSendUpToTheBoundAndAgainWhenTheNodeReads() {
        NodeLink link = linkToANodeThatDoesNotRead();
        send(link, 100, MIB);
        Await.until("it is connected", () -> accepted.get() != null);
        int before = missed.get("b:7000");
        assertThat(before).as("16 of 100 frames wait, the kernel has some").isBetween(700, 850);

        accepted.get().resume();
        Await.until("it has read them", () -> received.get() > (1_000L - before) / 10 * MIB);
        Await.until("half of what waited is known to be written", () -> {
            missed.clear();
            send(link, 1, MIB);
            return missed.isEmpty();
        });

        Await.until("the next one", () -> received.get() > (1_000L - before) / 10 * MIB + MIB);
    }

    @Test
    void shouldCountWhatWaitedOnAConnectionThatEndedOnceTheNodeIsThereAgain() {
        NodeLink link = linkToANodeThatDoesNotRead();
        send(link, 15, MIB);
        Await.until("it is connected", () -> accepted.get() != null);
        NetSocket first = accepted.get();
        assertThat(missed).isEmpty();

        first.close();
        Await.until("another connection", () -> {
            send(link, 1, 10);
            return accepted.get() != first;
        });

        Await.until("those that waited", () -> missed.containsKey("b:7000"));
        assertThat(missed.get("b:7000")).as("the kernel took some of 15 frames").isGreaterThan(20);
    }

    @Test
    void shouldSendALongFrameIfNothingWaits() {
        Promise<NetSocket> never = Promise.promise();
        NodeLink link = link(never::future);

        send(link, 1, 20 * MIB);
        assertThat(missed).isEmpty();
        send(link, 1, 1);

        assertThat(missed).containsOnly(Map.entry("b:7000", 10));
    }

    @Test
    void shouldNotCountWhatANodeThatEndsDoesNotGet() {
        Promise<NetSocket> connecting = Promise.promise();
        NodeLink link = link(connecting::future);
        send(link, 1, MIB);
        Future<Boolean> delivered = link.delivered();

        connecting.fail("refused");

        Await.result(delivered);
        assertThat(missed).isEmpty();
    }

    @Test
    void shouldNotWaitLongForANodeThatHangs() {
        NodeLink link = linkToANodeThatDoesNotRead();
        assertThat(link.delivered().isComplete()).as("nothing was sent").isTrue();
        send(link, 1, 10);

        assertThat(Await.result(link.delivered())).isFalse();
        send(link, 1, 10);

        assertThat(link.delivered().isComplete()).as("it is late already").isTrue();
    }
}
