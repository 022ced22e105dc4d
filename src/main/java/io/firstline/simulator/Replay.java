package io.firstline.simulator;

import io.firstline.recording.Playback;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Sends recordings to the connections, all from one start instant, which is when enough of them are open. Event loop only.
 *
 * <p>A message is due at the start plus its distance from the earliest message of all recordings, divided by the speed, plus the
 * connection's lag. A connection that opens later joins where the foremost one stands: like a live feed, the past does not come back.
 *
 * <p>Each connection gets the next recording that nobody has had; when there is none left, they start over. One whose recording says that
 * it was closed is closed when it has got everything.
 */
final class Replay {
    private static final long NS_PER_MS = 1_000_000L;
    /** Messages that one connection gets in one turn of the loop. */
    private static final int CHUNK = 256;
    /** A connection with more bytes than this on their way gets its next messages later. */
    private static final long MAX_BACKLOG_BYTES = 1 << 20;
    /** So long the recordings that are left wait for somebody who connects again. */
    private static final long GRACE_MS = 2_000;

    private final ContextInternal context;
    private List<Recording> recordings = List.of();
    private final double speed;
    private final List<Integer> lagMs;
    private final int awaited;
    private long earliestNanos;
    private final Map<Line, Cursor> cursors = new HashMap<>();
    /** The recordings that nobody has had yet, by their places. */
    private final PriorityQueue<Integer> untouched = new PriorityQueue<>();

    private final LoopTimer grace;
    private final Promise<Long> served = Promise.promise();
    private boolean started;
    private boolean paused;
    private long startNs;
    private long pausedAtNs;
    private long frontNanos = Long.MIN_VALUE;
    private long sent;

    Replay(ContextInternal context, SimulatorConfig config) {
        this.context = context;
        this.speed = config.replaySpeed();
        this.lagMs = config.replayLagMs();
        this.awaited = config.awaitConnections();
        this.grace = new LoopTimer(context, () -> served.tryComplete(sent));
    }

    /** Takes what is to be replayed, before the first connection opens. */
    void load(List<Recording> read) {
        recordings = read;
        earliestNanos = read.stream().mapToLong(Recording::startNanos).min().orElse(0);
        for (int i = 0; i < read.size(); i++) {
            untouched.add(i);
        }
    }

    /**
     * Completes with the number of messages sent when every connection has got its recording, and nobody came for those that are left;
     * fails with a {@link RecordingException} if one cannot be read to its end.
     */
    Future<Long> served() {
        return served.future();
    }

    void opened(Line line) {
        grace.cancel();
        Cursor cursor = new Cursor(line);
        cursors.put(line, cursor);
        if (started) {
            cursor.joinedAfterNanos = frontNanos;
            cursor.wake();
        } else if (cursors.size() >= awaited) {
            started = true;
            startNs = System.nanoTime();
            pausedAtNs = startNs;
            cursors.values().forEach(Cursor::wake);
        }
    }

    void closed(Line line) {
        Cursor cursor = cursors.remove(line);
        if (cursor != null) {
            cursor.timer.cancel();
            cursor.playback.close();
            if (!started) {
                untouched.add(cursor.place);
            }
            lookForEnd();
        }
    }

    void pause() {
        if (!paused) {
            paused = true;
            pausedAtNs = System.nanoTime();
            cursors.values().forEach(cursor -> cursor.timer.cancel());
        }
    }

    /** Goes on where it stopped: the pause moves everything after it. */
    void resume() {
        if (paused) {
            paused = false;
            startNs += System.nanoTime() - pausedAtNs;
            cursors.values().forEach(Cursor::wake);
        }
    }

    private void lookForEnd() {
        if (started && !grace.isSet() && cursors.values().stream().allMatch(cursor -> cursor.finished)) {
            grace.afterMs(untouched.isEmpty() && !cursors.isEmpty() ? 0 : GRACE_MS);
        }
    }

    /** Where one connection stands in its recording. */
    private final class Cursor {
        private final Line line;
        private final int place;
        private final Playback playback;
        private final long lagNs;
        private final LoopTimer timer;
        private long joinedAfterNanos = Long.MIN_VALUE;
        private boolean closes;
        private boolean finished;

        Cursor(Line line) {
            this.line = line;
            int index = line.number() - 1;
            place = untouched.isEmpty() ? index % recordings.size() : untouched.remove();
            playback = recordings.get(place).play();
            lagNs = index < lagMs.size() ? lagMs.get(index) * NS_PER_MS : 0;
            timer = new LoopTimer(context, this::sendDue);
        }

        void wake() {
            if (started && !paused && !finished) {
                timer.atNs(System.nanoTime());
            }
        }

        private void sendDue() {
            try {
                boolean roomy = sendDue(System.nanoTime());
                line.flush();
                if (playback.peek() == null && playback.isOver()) {
                    finish();
                } else {
                    RecordedEntry next = roomy ? playback.peek() : null;
                    timer.atNs(next == null ? System.nanoTime() + NS_PER_MS : dueNs(next));
                }
            } catch (RecordingException e) {
                served.tryFail(e);
            }
        }

        /** Sends what is due; whether the connection takes more. */
        private boolean sendDue(long nowNs) {
            boolean roomy = line.backlogBytes() < MAX_BACKLOG_BYTES;
            for (int i = 0; roomy && i < CHUNK; i++) {
                RecordedEntry next = playback.peek();
                if (next == null || dueNs(next) > nowNs) {
                    break;
                }
                playback.take();
                closes |= next.kind() == RecordedEntry.Kind.CLOSED;
                if (next.isMessage() && next.steadyNanos() > joinedAfterNanos) {
                    send(next);
                }
                roomy = line.backlogBytes() < MAX_BACKLOG_BYTES;
            }
            return roomy;
        }

        private void send(RecordedEntry message) {
            frontNanos = Math.max(frontNanos, message.steadyNanos());
            byte[] payload = message.payload().getBytes();
            line.send(message.kind() == RecordedEntry.Kind.TEXT ? WireFrame.text(payload) : WireFrame.binary(payload));
            sent++;
        }

        /** All is sent; when all has left, it is over. */
        private void finish() {
            if (line.backlogBytes() > 0) {
                timer.atNs(System.nanoTime() + NS_PER_MS);
                return;
            }
            finished = true;
            if (closes) {
                line.goAway("closed in the recording");
            }
            lookForEnd();
        }

        private long dueNs(RecordedEntry entry) {
            double distanceNs = speed == 0 ? 0 : (entry.steadyNanos() - earliestNanos) / speed;
            return startNs + (long) distanceNs + lagNs;
        }
    }
}
