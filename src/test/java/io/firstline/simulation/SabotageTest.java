package io.firstline.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.Scheduler;
import io.firstline.connection.Socket;
import io.firstline.integration.Quiet;
import io.firstline.payload.Payload;
import io.firstline.testkit.SameClock;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests the judge: each sabotage breaks something between the pool and its world, and must be found for the right
 * reason.
 */
class SabotageTest {
    private static final int WORLDS = 160;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    private static void foundOut(String reason, Supplier<Sabotage> sabotage) {
        assertThatThrownBy(() -> Campaign.sabotaged(1, WORLDS, sabotage))
                .isInstanceOf(AssertionError.class)
                .message()
                .containsPattern(reason);
    }

    // time

    private static Sabotage clock(java.util.function.UnaryOperator<Scheduler> clock) {
        return new Sabotage() {
            @Override
            public Scheduler scheduler(Scheduler real) {
                return clock.apply(real);
            }
        };
    }

    @Test
    void shouldNoticeOneForgottenTimerInThirty() {
        foundOut(
                "\\([1-8]\\)",
                () -> clock(real -> new SameClock(real) {
                    private int timers;

                    @Override
                    public long once(long delayMs, Runnable action) {
                        return super.once(delayMs, ++timers % 30 == 0 ? () -> {} : action);
                    }
                }));
    }

    @Test
    void shouldNoticeThatRetriesComeMuchTooLate() {
        foundOut(
                "and still",
                () -> clock(real -> new SameClock(real) {
                    @Override
                    public long once(long delayMs, Runnable action) {
                        return super.once(delayMs != 2_000 && delayMs < 30_000 ? 50 * delayMs : delayMs, action);
                    }
                }));
    }

    @Test
    void shouldNoticeThatTimersAreNotCancelled() {
        foundOut(
                "timers",
                () -> clock(real -> new SameClock(real) {
                    @Override
                    public void cancel(long timer) {
                        // forgotten
                    }
                }));
    }

    /** No other timer has the interval of pings. */
    @Test
    void shouldNoticeThatNobodyLooksForHalfOpenConnections() {
        foundOut("half-open and not given up", () -> new Sabotage() {
            private int pingMs;

            @Override
            public WsPoolConfig config(WsPoolConfig real) {
                pingMs = real.connection().latencyPingIntervalMs();
                return real;
            }

            @Override
            public Scheduler scheduler(Scheduler real) {
                return new SameClock(real) {
                    @Override
                    public long every(long periodMs, Runnable action) {
                        return super.every(periodMs, periodMs == pingMs ? () -> {} : action);
                    }
                };
            }
        });
    }

    /** The 250 ms timer finds silence and rotates. */
    @Test
    void shouldNoticeThatNobodyLooksForSilentConnections() {
        foundOut(
                "is not replaced|is not closed and not cut",
                () -> clock(real -> new SameClock(real) {
                    @Override
                    public long every(long periodMs, Runnable action) {
                        return super.every(periodMs, periodMs == 250 ? () -> {} : action);
                    }
                }));
    }

    // attempts to connect

    @Test
    void shouldNoticeThatTheBudgetOfAttemptsIsIgnored() {
        foundOut("attempts to connect in five minutes", () -> new Sabotage() {
            @Override
            public WsPoolConfig config(WsPoolConfig real) {
                RetryConfig retry = real.connection().retry();
                return real.withConnection(real.connection()
                        .withRetry(new RetryConfig(retry.baseMs(), retry.capMs(), retry.stableMs(), 0)));
            }
        });
    }

    @Test
    void shouldNoticeThatOneIsClosedBeforeItsReplacementIsThere() {
        foundOut("by our own doing", () -> new Sabotage() {
            private final Deque<Socket> open = new ArrayDeque<>();
            private int connections;

            @Override
            public WsPoolConfig config(WsPoolConfig real) {
                connections = real.connections();
                return real;
            }

            @Override
            public Connector connector(Connector real) {
                return through(real, socket -> {
                    open.add(socket);
                    if (open.size() > 3 * connections) {
                        open.removeLast();
                        open.removeLast().close(1000, "sabotage");
                    }
                    return socket;
                });
            }
        });
    }

    @Test
    void shouldNoticeThatSocketsAreNotCutOff() {
        foundOut(
                "(7)",
                () -> sockets(real -> new Through(real) {
                    @Override
                    public Future<Void> cutOff() {
                        return Future.succeededFuture();
                    }
                }));
    }

    // messages

    @Test
    void shouldNoticeOneLostMessageInThreeHundred() {
        foundOut(
                "(1)",
                () -> frames((frame, number, next) -> {
                    if (number % 300 != 299) {
                        next.run();
                    }
                }));
    }

    @Test
    void shouldNoticeOneMessageInThreeHundredThatComesTwice() {
        foundOut(
                "is published 2 times",
                () -> frames((frame, number, next) -> {
                    next.run();
                    if (number % 300 == 299) {
                        next.run();
                    }
                }));
    }

    @Test
    void shouldNoticeOneMessageInFiftyThatIsOvertaken() {
        foundOut("\\([1-8]\\)", () -> new Sabotage() {
            @Override
            public Connector connector(Connector real) {
                return through(real, socket -> new Through(socket) {
                    private int number;
                    private WebSocketFrame held;

                    @Override
                    void frame(Listener to, WebSocketFrame frame) {
                        if (frame.isText() && frame.isFinal() && held == null && ++number % 50 == 49) {
                            held = frame;
                            return;
                        }
                        to.frame(frame);
                        if (held != null && frame.isText()) {
                            to.frame(held);
                            held = null;
                        }
                    }
                });
            }
        });
    }

    @Test
    void shouldNoticeThatRepeatsAreTakenForCopies() {
        foundOut("\\(1\\) of|\\(4\\) copies", () -> new Sabotage() {
            @Override
            public Connector connector(Connector real) {
                return through(real, socket -> new Through(socket) {
                    private final Set<Buffer> seen = new HashSet<>();

                    @Override
                    void frame(Listener to, WebSocketFrame frame) {
                        if (!frame.isText() || !frame.isFinal() || seen.add(frame.binaryData())) {
                            to.frame(frame);
                        }
                    }
                });
            }
        });
    }

    private interface Meddling {
        void frame(WebSocketFrame frame, int number, Runnable next);
    }

    private static Sabotage frames(Meddling meddling) {
        int[] number = new int[1];
        return sockets(real -> new Through(real) {
            @Override
            void frame(Listener to, WebSocketFrame frame) {
                if (frame.isText() && frame.isFinal()) {
                    meddling.frame(frame, number[0]++, () -> to.frame(frame));
                } else {
                    to.frame(frame);
                }
            }
        });
    }

    private static Sabotage sockets(java.util.function.UnaryOperator<Socket> wrap) {
        return new Sabotage() {
            @Override
            public Connector connector(Connector real) {
                return through(real, wrap);
            }
        };
    }

    private static Connector through(Connector real, java.util.function.UnaryOperator<Socket> wrap) {
        return new Connector() {
            @Override
            public Future<Socket> connect(WsConnectionConfig config) {
                return real.connect(config).map(wrap);
            }

            @Override
            public Future<Void> close() {
                return real.close();
            }
        };
    }

    /** The real socket, except for what a test breaks. */
    private static class Through implements Socket {
        private final Socket real;

        Through(Socket real) {
            this.real = real;
        }

        void frame(Listener to, WebSocketFrame frame) {
            to.frame(frame);
        }

        @Override
        public void listen(Listener to) {
            real.listen(new Listener() {
                @Override
                public void frame(WebSocketFrame frame) {
                    Through.this.frame(to, frame);
                }

                @Override
                public void message(Payload payload) {
                    to.message(payload);
                }

                @Override
                public void ping() {
                    to.ping();
                }

                @Override
                public void oversize(long bytes) {
                    to.oversize(bytes);
                }

                @Override
                public void unfinished() {
                    to.unfinished();
                }

                @Override
                public void pong(Buffer payload) {
                    to.pong(payload);
                }

                @Override
                public void failed(Throwable failure) {
                    to.failed(failure);
                }

                @Override
                public void ended() {
                    to.ended();
                }
            });
        }

        @Override
        public Future<Void> writeText(String text) {
            return real.writeText(text);
        }

        @Override
        public Future<Void> writeBinary(Buffer payload) {
            return real.writeBinary(payload);
        }

        @Override
        public Future<Void> writePing(Buffer payload) {
            return real.writePing(payload);
        }

        @Override
        public Future<Void> writePong(Buffer payload) {
            return real.writePong(payload);
        }

        @Override
        public boolean isFull() {
            return real.isFull();
        }

        @Override
        public Future<Void> close(int code, String reason) {
            return real.close(code, reason);
        }

        @Override
        public Future<Void> cutOff() {
            return real.cutOff();
        }

        @Override
        public Short closeCode() {
            return real.closeCode();
        }

        @Override
        public String closeReason() {
            return real.closeReason();
        }
    }
}
