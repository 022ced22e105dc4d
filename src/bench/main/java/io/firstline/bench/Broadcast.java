package io.firstline.bench;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends one load on all connections until it is stopped. Then each connection gets the messages that only others have
 * got. Runs on the server's event loop, which spins while the next message of a paced load is near: timers are too
 * coarse by a factor of twenty.
 */
final class Broadcast {
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(1_500);
    private static final int WRITES_PER_TURN = 64;
    /** A timer, not a task: sockets are served before timers, while tasks may follow each other for a second. */
    private static final long AT_ONCE_NANOS = 1;

    private final EventLoop loop;
    private final List<ServerLine> lines;
    private final Load load;
    private final Supply supply;
    private final long startNanos = System.nanoTime();
    private long end = Long.MAX_VALUE;
    private ScheduledFuture<?> timer;
    private boolean over;
    private boolean resting;
    private long restingSince;
    private long restedNanos;
    private long backlog;

    Broadcast(EventLoop loop, List<ServerLine> lines, Load load) {
        this.loop = loop;
        this.lines = lines;
        this.load = load;
        this.supply = new Supply(ByteBufAllocator.DEFAULT, load);
    }

    void start() {
        lines.forEach(line -> line.start(load, 0));
        if (load.isSaturating()) {
            pump();
        } else {
            pace();
        }
    }

    /** A connection has opened; it gets all later messages. */
    void joined(ServerLine line) {
        if (load.isSaturating()) {
            line.start(load, supply.next());
            pump();
        } else {
            line.start(load, load.dueAfter(System.nanoTime() - startNanos));
        }
    }

    // saturating load

    /** Writes more, after a connection has got room again or has closed. */
    void pump() {
        if (!load.isSaturating() || over) {
            return;
        }
        long now = System.nanoTime();
        if (resting) {
            resting = false;
            restedNanos += now - restingSince;
        }
        for (int i = 0; i < WRITES_PER_TURN; i++) {
            boolean wrote = false;
            for (ServerLine line : lines) {
                wrote |= line.write(supply, now);
            }
            supply.forgetBefore(slowest());
            if (!wrote) {
                resting = true;
                restingSince = System.nanoTime();
                return;
            }
        }
        timer = loop.schedule(this::pump, AT_ONCE_NANOS, TimeUnit.NANOSECONDS);
    }

    private long slowest() {
        return lines.stream().mapToLong(ServerLine::nextIndex).min().orElse(supply.next());
    }

    // paced load

    private void pace() {
        if (over) {
            return;
        }
        long elapsed = System.nanoTime() - startNanos;
        long next = Long.MAX_VALUE;
        for (int i = 0; i < lines.size(); i++) {
            ServerLine line = lines.get(i);
            line.writeDue(load, startNanos, elapsed, end);
            next = Math.min(next, line.nextNanos());
            backlog = Math.max(backlog, line.backlog());
        }
        long left = next - elapsed;
        if (lines.isEmpty() || left > SPIN_NANOS) {
            long waitNanos = lines.isEmpty() ? SPIN_NANOS : left - SPIN_NANOS;
            timer = loop.schedule(this::pace, waitNanos, TimeUnit.NANOSECONDS);
        } else {
            timer = loop.schedule(this::pace, AT_ONCE_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    // the end

    /** Ends the load: each connection gets the same messages as the foremost one. */
    void stop() {
        if (load.isSaturating()) {
            supply.stop();
            end = supply.next();
            pump();
        } else {
            end = Math.min(
                    end, lines.stream().mapToLong(ServerLine::nextIndex).max().orElse(0));
        }
    }

    /** Whether all connections have got the same messages, written to the socket. */
    boolean isDone() {
        return lines.stream().allMatch(line -> line.nextIndex() >= end && line.backlog() == 0);
    }

    /** The number of messages sent to each connection that was open from the start. */
    long sent() {
        long index = end == Long.MAX_VALUE
                ? lines.stream().mapToLong(ServerLine::nextIndex).max().orElse(0)
                : end;
        return load.isSaturating() ? Supply.messages(index) : index;
    }

    /** The time that a saturating load waited because all connections were full, nanoseconds. */
    long restedNanos() {
        return restedNanos + (resting ? System.nanoTime() - restingSince : 0);
    }

    /** The most bytes that waited for one connection. */
    long backlog() {
        return backlog;
    }

    void close() {
        over = true;
        if (timer != null) {
            timer.cancel(false);
        }
        supply.close();
    }
}
