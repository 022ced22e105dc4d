package io.firstline.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.firstline.testkit.Await;
import io.firstline.testkit.Loops;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test acts as the feed and pushes on the stream's context. */
class FeedStreamTest {
    private static Vertx vertx;

    private final List<Long> seen = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();
    private Context context;
    private FeedStream stream;
    private long sequence;

    @BeforeAll
    static void startLoops() {
        vertx = Loops.NIO.vertx();
    }

    @AfterAll
    static void stopLoops() {
        Await.result(vertx.close());
    }

    @BeforeEach
    void make() {
        make(FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);
    }

    private void make(int capacity, Overflow overflow) {
        context = vertx.getOrCreateContext();
        stream = new FeedStream(context, capacity, overflow, told::addAndGet);
    }

    private <T> T on(Callable<T> action) {
        return Await.on(context, action);
    }

    private void run(Runnable action) {
        on(() -> {
            action.run();
            return null;
        });
    }

    private FeedMessage message() {
        return new FeedMessage("f", ++sequence, "c", 0, Buffer.buffer("m" + sequence), true, false);
    }

    /** Pushes messages in one turn of the event loop. */
    private void push(int count) {
        run(() -> IntStream.range(0, count).forEach(i -> stream.push(message())));
    }

    private static Long[] numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    private void take(FeedMessage message) {
        seen.add(message.sequence());
    }

    // handler

    @Test
    void shouldCallTheHandlerInTheSameTurn() {
        List<Integer> seenAfterPush = on(() -> {
            stream.handler(this::take);
            List<Integer> sizes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                stream.push(message());
                sizes.add(seen.size());
            }
            return sizes;
        });

        assertThat(seenAfterPush).containsExactly(1, 2, 3);
        assertThat(seen).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldKeepMessagesUntilThereIsAHandler() {
        push(3);
        assertThat(stream.buffered()).isEqualTo(3);
        stream.handler(this::take);
        push(1);

        assertThat(seen).containsExactly(numbers(1, 4));
        assertThat(stream.buffered()).isZero();
    }

    @Test
    void shouldKeepMessagesAgainWhenTheHandlerIsTakenAway() {
        stream.handler(this::take);
        push(1);
        stream.handler(null);
        push(2);
        assertThat(seen).containsExactly(1L);
        stream.handler(this::take);
        run(() -> {});

        assertThat(seen).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldCallTheHandlerOnTheLoopWhoeverSetIt() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        push(1);
        stream.handler(m -> threads.add(Thread.currentThread()));
        push(1);
        Thread loop = on(Thread::currentThread);

        assertThat(threads).containsExactly(loop, loop);
    }

    // demand

    @Test
    void shouldStopWhilePaused() {
        stream.handler(this::take);
        push(1);
        stream.pause();
        push(3);
        assertThat(seen).containsExactly(1L);
        assertThat(stream.buffered()).isEqualTo(3);
        stream.resume();
        push(1);

        assertThat(seen).containsExactly(numbers(1, 5));
    }

    @Test
    void shouldHandOverAsManyAsWereFetched() {
        stream.pause();
        stream.handler(this::take);
        push(10);
        stream.fetch(3);
        run(() -> {});
        assertThat(seen).containsExactly(numbers(1, 3));

        stream.fetch(2).fetch(4);
        run(() -> {});
        assertThat(seen).containsExactly(numbers(1, 9));

        stream.fetch(0).fetch(3);
        push(5);
        assertThat(seen).as("the one that waited and two new ones").containsExactly(numbers(1, 12));
        assertThat(stream.buffered()).isEqualTo(3);
    }

    @Test
    void shouldNotOverflowItsDemand() {
        stream.handler(this::take)
                .pause()
                .fetch(Long.MAX_VALUE - 1)
                .fetch(Long.MAX_VALUE)
                .resume();
        push(3);

        assertThat(seen).hasSize(3);
        assertThatIllegalArgumentException().isThrownBy(() -> stream.fetch(-1)).withMessageContaining("-1");
    }

    @Test
    void shouldObeyAHandlerThatPausesInsideItself() {
        stream.handler(m -> {
            take(m);
            if (m.sequence() % 4 == 2) {
                stream.pause();
            }
        });
        push(5);
        assertThat(seen).containsExactly(1L, 2L);
        stream.resume();
        run(() -> {});
        assertThat(seen).as("as far as 5 from the buffer").containsExactly(numbers(1, 5));
        push(3);
        assertThat(seen).containsExactly(numbers(1, 6));
        stream.fetch(1);
        run(() -> {});
        assertThat(seen).containsExactly(numbers(1, 7));
    }

    @Test
    void shouldKeepTheOrderForAHandlerThatFetchesInsideItself() {
        stream.pause().handler(m -> {
            take(m);
            stream.fetch(1);
        });
        push(100);
        stream.fetch(1);
        push(100);

        assertThat(seen).containsExactly(numbers(1, 200));
    }

    @Test
    void shouldKeepTheOrderWhenAHandlerCausesFurtherMessages() {
        stream.pause().handler(m -> {
            take(m);
            if (m.sequence() <= 3) {
                stream.push(message());
            }
        });
        push(3);
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(numbers(1, 6));
    }

    // next

    @Test
    void shouldAnswerNextFromTheBuffer() {
        push(3);

        assertThat(Await.result(stream.next()).sequence()).isEqualTo(1);
        assertThat(Await.result(stream.next()).sequence()).isEqualTo(2);
        assertThat(stream.buffered()).isEqualTo(1);
    }

    @Test
    void shouldAnswerNextWhenAMessageComes() {
        List<Future<FeedMessage>> asked =
                IntStream.range(0, 3).mapToObj(i -> stream.next()).toList();
        push(2);

        assertThat(Await.result(asked.get(0)).sequence()).isEqualTo(1);
        assertThat(Await.result(asked.get(1)).sequence()).isEqualTo(2);
        assertThat(asked.get(2).isComplete()).isFalse();
        push(1);
        assertThat(Await.result(asked.get(2)).sequence()).isEqualTo(3);
        assertThat(stream.buffered()).isZero();
    }

    @Test
    void shouldAnswerNextWhilePausedAndBeforeTheHandler() {
        stream.handler(this::take).pause();
        Future<FeedMessage> asked = stream.next();
        push(2);
        assertThat(Await.result(asked).sequence()).isEqualTo(1);
        assertThat(seen).isEmpty();
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(2L);
    }

    @Test
    void shouldAnswerALoopOfNext() {
        askAgainAndAgain();
        push(500);
        push(500);

        Await.until("all", () -> seen.size() == 1_000);
        assertThat(seen).containsExactly(numbers(1, 1_000));
    }

    private void askAgainAndAgain() {
        stream.next().onSuccess(m -> {
            take(m);
            askAgainAndAgain();
        });
    }

    @Test
    void shouldAnswerEachOfManyThreadsThatAskAtOnce() throws InterruptedException {
        int threads = 8;
        int each = 500;
        List<Thread> askers = IntStream.range(0, threads)
                .mapToObj(t -> new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        take(Await.result(stream.next()));
                    }
                }))
                .toList();
        askers.forEach(Thread::start);
        for (int i = 0; i < threads * each / 100; i++) {
            push(100);
        }
        for (Thread asker : askers) {
            asker.join(Await.LIMIT.toMillis());
        }

        assertThat(seen).containsExactlyInAnyOrder(numbers(1, (long) threads * each));
    }

    @Test
    void shouldRefuseTooManyUnansweredCallsOfNext() {
        List<Future<FeedMessage>> asked =
                IntStream.range(0, 1_025).mapToObj(i -> stream.next()).toList();

        assertThat(Await.failure(asked.get(1_024))).hasMessageContaining("1024");
        push(1_024);
        assertThat(Await.result(asked.get(1_023)).sequence()).isEqualTo(1_024);
    }

    // overflow

    @Test
    void shouldDropTheOldestCountAndTell() {
        make(4, Overflow.DROP_OLDEST);
        push(10);
        assertThat(stream.dropped()).isEqualTo(6);
        assertThat(told).hasValue(6);
        stream.handler(this::take);
        run(() -> {});

        assertThat(seen).containsExactly(numbers(7, 10));
    }

    @Test
    void shouldDropTheNewestCountAndTell() {
        make(4, Overflow.DROP_NEWEST);
        push(10);
        assertThat(stream.dropped()).isEqualTo(6);
        assertThat(told).hasValue(6);
        stream.handler(this::take);
        push(1);

        assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 11L);
    }

    @Test
    void shouldDropNothingForAConsumerThatTakesAll() {
        make(1, Overflow.DROP_OLDEST);
        stream.handler(this::take);
        push(1_000);

        assertThat(seen).hasSize(1_000);
        assertThat(told).hasValue(0);
    }

    @Test
    void shouldKeepOnlyTheLatestOfTheFeedWithoutAStreamFunction() {
        make(4, Overflow.CONFLATE);
        stream.pause().handler(this::take);
        push(10);
        assertThat(stream.buffered()).isEqualTo(1);
        assertThat(stream.dropped()).isEqualTo(9);
        assertThat(told).hasValue(9);
        stream.resume();
        push(1);

        assertThat(seen).containsExactly(10L, 11L);
    }

    @Test
    void shouldKeepTheLatestOfEachStreamThatMessagesName() {
        make(4, Overflow.CONFLATE);
        stream.pause().handler(this::take);
        run(() -> {
            for (String name : new String[] {"a", "b", null, "a", "b", "a", null}) {
                stream.push(new FeedMessage("f", 0, ++sequence, "c", 0, name, 0, Buffer.buffer("x"), true, false));
            }
        });
        assertThat(stream.buffered()).isEqualTo(3);
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(6L, 5L, 7L);
    }

    @Test
    void shouldKeepEveryMessageWhoseStreamCannotBeTold() {
        context = vertx.getOrCreateContext();
        stream = new FeedStream(
                context,
                10,
                Overflow.CONFLATE,
                m -> {
                    throw new IllegalStateException("no stream in " + m.sequence());
                },
                told::addAndGet);
        stream.exceptionHandler(failures::add).pause().handler(this::take);
        push(2);
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(1L, 2L);
        assertThat(told).hasValue(0);
        assertThat(failures).extracting(Throwable::getMessage).containsExactly("no stream in 1", "no stream in 2");
    }

    @Test
    void shouldCloseWhenFullTellAndLetTheRestBeTaken() {
        AtomicInteger closed = new AtomicInteger();
        context = vertx.getOrCreateContext();
        stream = new FeedStream(context, 4, Overflow.CLOSE, new FeedStream.Owner() {
            @Override
            public void dropped(long count) {
                told.addAndGet(count);
            }

            @Override
            public void closed(FeedStream which) {
                closed.incrementAndGet();
            }
        });
        stream.exceptionHandler(failures::add).endHandler(v -> ends.incrementAndGet());
        push(10);
        assertThat(failures).singleElement().isInstanceOf(SlowConsumerException.class);
        assertThat(failures.get(0)).hasMessageContaining("4 messages wait").hasMessageContaining("before 5");
        assertThat(closed).hasValue(1);
        assertThat(told).hasValue(1);
        assertThat(ends).as("four messages can still be taken").hasValue(0);
        stream.handler(this::take);
        run(() -> {});

        assertThat(seen).containsExactly(numbers(1, 4));
        assertThat(ends).hasValue(1);
        assertThat(Await.failure(stream.next())).isSameAs(failures.get(0));
    }

    // losses, reported among the messages

    /** The messages and losses that the consumer gets, in one row. */
    private List<Object> row() {
        List<Object> row = new CopyOnWriteArrayList<>();
        stream.dropHandler(row::add).handler(m -> row.add(m.sequence()));
        run(() -> {});
        return row;
    }

    @Test
    void shouldTellALossBeforeWhatFollowsIt() {
        make(4, Overflow.DROP_OLDEST);
        stream.pause();
        List<Object> row = row();
        push(6);
        stream.fetch(1);
        push(2);
        stream.resume();
        push(1);

        assertThat(row).containsExactly(new Loss(2, 1, 2), 3L, new Loss(1, 4, 4), 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void shouldTellEachStretchThatDropNewestLost() {
        make(2, Overflow.DROP_NEWEST);
        stream.pause();
        List<Object> row = row();
        push(3);
        stream.fetch(1);
        push(2);
        stream.resume();
        run(() -> {});
        assertThat(row).containsExactly(1L, 2L, new Loss(1, 3, 3), 4L);
        push(1);
        end();

        assertThat(row).containsExactly(1L, 2L, new Loss(1, 3, 3), 4L, new Loss(1, 5, 5), 6L);
    }

    @Test
    void shouldTellALossThatNoMessageFollows() {
        make(2, Overflow.DROP_NEWEST);
        List<Object> row = new CopyOnWriteArrayList<>();
        push(5);
        stream.dropHandler(row::add).endHandler(v -> row.add("end"));
        end();
        stream.handler(m -> row.add(m.sequence()));
        run(() -> {});

        assertThat(row).containsExactly(1L, 2L, new Loss(3, 3, 5), "end");
    }

    @Test
    void shouldTellWhoAsksForTheNext() {
        make(1, Overflow.DROP_OLDEST);
        List<Loss> losses = new CopyOnWriteArrayList<>();
        stream.dropHandler(losses::add);
        push(3);

        assertThat(Await.result(stream.next()).sequence()).isEqualTo(3);
        assertThat(losses).containsExactly(new Loss(2, 1, 2));
    }

    @Test
    void shouldNotTakeWhatWasBeforeItForALoss() {
        sequence = 100;
        List<Object> row = row();
        push(2);
        end();

        assertThat(row).containsExactly(101L, 102L);
    }

    @Test
    void shouldGoOnWhenADropHandlerThrowsOrPauses() {
        make(1, Overflow.DROP_OLDEST);
        stream.exceptionHandler(failures::add)
                .dropHandler(loss -> {
                    stream.pause();
                    throw new IllegalStateException("lost " + loss.count());
                })
                .pause()
                .handler(this::take);
        push(2);
        stream.resume();
        push(1);
        assertThat(seen).containsExactly(2L);
        assertThat(stream.buffered()).isEqualTo(1);
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(2L, 3L);
        assertThat(failures).extracting(Throwable::getMessage).containsExactly("lost 1");
    }

    // failures

    @Test
    void shouldTellTheExceptionHandlerAndGoOn() {
        stream.exceptionHandler(failures::add).handler(m -> {
            take(m);
            if (m.sequence() % 2 == 0) {
                throw new IllegalStateException("cannot take " + m.sequence());
            }
        });
        push(4);
        stream.pause();
        push(2);
        stream.resume();
        run(() -> {});

        assertThat(seen).containsExactly(numbers(1, 6));
        assertThat(failures)
                .extracting(Throwable::getMessage)
                .containsExactly("cannot take 2", "cannot take 4", "cannot take 6");
    }

    @Test
    void shouldTellTheContextWithoutAnExceptionHandler() {
        run(() -> context.exceptionHandler(failures::add));
        stream.handler(m -> {
            take(m);
            throw new AssertionError("an error, too");
        });
        push(2);
        run(() -> context.exceptionHandler(null));

        assertThat(seen).containsExactly(1L, 2L);
        assertThat(failures).extracting(Throwable::getMessage).containsExactly("an error, too", "an error, too");
    }

    @Test
    void shouldGoOnWhenTheExceptionHandlerThrowsAsWell() {
        run(() -> context.exceptionHandler(failures::add));
        stream.exceptionHandler(e -> {
                    throw new IllegalStateException("worse");
                })
                .handler(m -> {
                    take(m);
                    throw new IllegalStateException("bad");
                });
        push(1);
        stream.pause();
        push(2);
        stream.resume();
        push(1);
        run(() -> context.exceptionHandler(null));

        assertThat(seen).containsExactly(numbers(1, 4));
        assertThat(failures)
                .extracting(Throwable::getMessage)
                .containsOnly("worse")
                .hasSize(4);
    }

    // the end

    private void end() {
        run(stream::end);
    }

    @Test
    void shouldTellTheEndOnce() {
        stream.handler(this::take).endHandler(v -> ends.incrementAndGet());
        push(1);
        assertThat(ends).hasValue(0);
        end();
        end();
        push(1);
        stream.resume();
        run(() -> {});

        assertThat(ends).hasValue(1);
        assertThat(seen).as("nothing after the end").containsExactly(1L);
    }

    @Test
    void shouldTellTheEndAfterTheBufferWasTaken() {
        stream.handler(this::take).endHandler(v -> ends.incrementAndGet()).pause();
        push(3);
        end();
        stream.fetch(2);
        run(() -> {});
        assertThat(seen).containsExactly(1L, 2L);
        assertThat(ends).hasValue(0);
        stream.fetch(1);
        run(() -> {});

        assertThat(seen).containsExactly(1L, 2L, 3L);
        assertThat(ends).hasValue(1);
    }

    @Test
    void shouldTellTheEndAfterTheBufferWasTakenWithNext() {
        push(1);
        stream.endHandler(v -> ends.incrementAndGet());
        end();
        assertThat(ends).hasValue(0);

        assertThat(Await.result(stream.next()).sequence()).isEqualTo(1);
        Await.until("the end", () -> ends.get() == 1);
        assertThat(Await.failure(stream.next())).hasMessageContaining("closed");
    }

    @Test
    void shouldTellTheEndToAHandlerThatComesLate() {
        end();
        stream.endHandler(v -> ends.incrementAndGet());
        run(() -> {});

        assertThat(ends).hasValue(1);
    }

    @Test
    void shouldReleaseWhoWaitsForTheNext() {
        List<Future<FeedMessage>> asked =
                IntStream.range(0, 3).mapToObj(i -> stream.next()).toList();
        end();

        assertThat(asked).allSatisfy(next -> assertThat(Await.failure(next)).hasMessageContaining("closed"));
    }

    @Test
    void shouldEndForTheFeedThoughTheEndHandlerThrows() {
        run(() -> context.exceptionHandler(failures::add));
        stream.endHandler(v -> {
            throw new IllegalStateException("at the end");
        });
        run(() -> stream.end()); // must not throw in the feed, which has other streams to end
        run(() -> context.exceptionHandler(null));

        assertThat(failures).extracting(Throwable::getMessage).containsExactly("at the end");
    }

    @Test
    void shouldLetAHandlerEndItsOwnStream() {
        stream.endHandler(v -> ends.incrementAndGet()).handler(m -> {
            take(m);
            if (m.sequence() == 2) {
                stream.end();
            }
        });
        push(4);

        assertThat(seen).containsExactly(1L, 2L);
        assertThat(ends).hasValue(1);
    }

    @Test
    void shouldShowAMessageAsJson() {
        Buffer bytes = Buffer.buffer(new byte[] {0, (byte) 0xFF});

        assertThat(new FeedMessage("f", 7, "c-1", 99, Buffer.buffer("{\"a\":1}"), true, false)
                        .toJson()
                        .encode())
                .isEqualTo("{\"feed\":\"f\",\"sequence\":7,\"connection\":\"c-1\",\"receivedMicros\":99,"
                        + "\"text\":\"{\\\"a\\\":1}\"}");
        assertThat(new FeedMessage("f", 2, 8, "c-1", 99, "s@t", 0, bytes, false, true)
                        .toJson()
                        .encode())
                .isEqualTo("{\"feed\":\"f\",\"sequence\":8,\"connection\":\"c-1\",\"receivedMicros\":99,"
                        + "\"epoch\":2,\"stream\":\"s@t\",\"late\":true,\"base64\":\"AP8=\"}");
    }

    @Test
    void shouldBeIdentifiedByItsKeyOrElseItsBytes() {
        FeedMessage byBytes = new FeedMessage("f", 1, "c-1", 99, Buffer.buffer("same"), true, false);
        FeedMessage elsewhere = new FeedMessage("g", 2, "c-2", 98, Buffer.buffer("same"), true, true);
        FeedMessage binary = new FeedMessage("f", 1, "c-1", 99, Buffer.buffer("same"), false, false);
        FeedMessage keyed = new FeedMessage("f", 0, 1, "c-1", 99, null, 42, Buffer.buffer("same"), true, false);

        assertThat(elsewhere.identity()).isEqualTo(byBytes.identity()).isNotEqualTo(binary.identity());
        assertThat(keyed.identity()).isEqualTo(42);
        FeedMessage taken = keyed.in(3, 7);
        assertThat(taken.identity()).isEqualTo(42);
        assertThat(taken.as("g", 8).identity()).isEqualTo(42);
        assertThat(taken.toJson().getInteger("epoch")).isEqualTo(3);
        assertThat(taken.toJson().getLong("sequence")).isEqualTo(7);
    }
}
