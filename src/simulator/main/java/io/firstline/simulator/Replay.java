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
 * Sends recordings to the connections. All have the same start time: the moment when enough of them are open. Event
 * loop only.
 *
 * <p>A message is due at the start, plus its distance from the earliest message of all recordings divided by the speed,
 * plus the connection's lag. A connection that opens later starts at the position of the foremost one: as in a live
 * feed, past messages are not repeated.
 *
 * <p>Each connection gets the next unused recording; when none is left, they are used again from the first. If a
 * recording ends with a {@code closed} mark, its connection is closed after the last message.
 */
final class Replay {
    private static final long NS_PER_MS = 1_000_000L;
    /** The most messages of one connection per turn of the event loop. */
    private static final int CHUNK = 256;
    /** A connection with more waiting bytes gets its next messages later. */
    private static final long MAX_BACKLOG_BYTES = 1 << 20;
    /** The time that unused recordings wait for a client to connect again. */
    private static final long GRACE_MS = 2_000;

    private final ContextInternal context;
    private List<Recording> recordings = List.of();
    private final double speed;
    private final List<Integer> lagMs;
    private final int awaited;
    private long earliestNanos;
    private final Map<ServedConnection, Cursor> cursors = new HashMap<>();
    /** The positions of unused recordings. */
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

    /** Sets the recordings, before the first connection opens. */
    void load(List<Recording> read) {
        recordings = read;
        earliestNanos = read.stream().mapToLong(Recording::startNanos).min().orElse(0);
        for (int i = 0; i < read.size(); i++) {
            untouched.add(i);
        }
    }

    /**
     * Completes with the number of sent messages once every connection has received its whole recording and no client
     * connects for the remaining ones. Fails with a {@link RecordingException} if a recording is unreadable.
     */
    Future<Long> served() {
        return served.future();
    }

    void opened(ServedConnection line) {
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

    void closed(ServedConnection line) {
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

    /** Continues after a pause, which delays all later messages. */
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

    /** The position of one connection in its recording. */
    private final class Cursor {
        private final ServedConnection line;
        private final int place;
        private final Playback playback;
        private final long lagNs;
        private final LoopTimer timer;
        private long joinedAfterNanos = Long.MIN_VALUE;
        private boolean closes;
        private boolean finished;

        Cursor(ServedConnection line) {
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

        /** Sends the messages that are due; returns whether the connection accepts more. */
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

        /** All messages are queued; the replay ends when all are written. */
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
