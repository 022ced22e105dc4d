package io.firstline.bench;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends one load on all connections, until it is stopped: then each gets what it lacks of what any has got. Everything runs on the
 * server's event loop, which spins while a paced load's next message is near: timers are too coarse by a factor of twenty.
 */
final class Broadcast {
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(1_500);
    private static final int WRITES_PER_TURN = 64;
    /** Sockets are looked at before a timer, but not before a task, which may follow task for a second. */
    private static final long AT_ONCE_NANOS = 1;

    private final EventLoop loop;
    private final List<ServerLine> lines;
    private final Load load;
    private final Supply supply = new Supply(ByteBufAllocator.DEFAULT);
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
    }

    void start() {
        lines.forEach(line -> line.start(load, 0));
        if (load.isSaturating()) {
            pump();
        } else {
            pace();
        }
    }

    /** A connection opens: it gets what is sent from now on. */
    void joined(ServerLine line) {
        if (load.isSaturating()) {
            line.start(load, supply.next());
            pump();
        } else {
            line.start(load, load.dueAfter(System.nanoTime() - startNanos));
        }
    }

    // as much as the client takes

    /** Something may be possible that was not before: a connection has room again, or is gone. */
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

    // paced

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

    /** No connection gets more than the one that is furthest has got. */
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

    /** Whether all connections have got the same, down to the socket. */
    boolean isDone() {
        return lines.stream().allMatch(line -> line.nextIndex() >= end && line.backlog() == 0);
    }

    /** How many messages each connection was sent that was there from the start. */
    long sent() {
        long index = end == Long.MAX_VALUE
                ? lines.stream().mapToLong(ServerLine::nextIndex).max().orElse(0)
                : end;
        return load.isSaturating() ? Supply.messages(index) : index;
    }

    /** For how long a saturating load has had nothing to do, because all connections were full. */
    long restedNanos() {
        return restedNanos + (resting ? System.nanoTime() - restingSince : 0);
    }

    /** The most bytes that waited for a connection to take them. */
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
