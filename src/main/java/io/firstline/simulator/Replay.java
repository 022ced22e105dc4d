package io.firstline.simulator;

import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends recordings to the connections, all from one start instant, which is when enough of them are open. Event loop only.
 *
 * <p>A message is due at the start plus its distance from the earliest message of all files, divided by the speed, plus the connection's
 * lag. A connection that opens later joins where the foremost one stands: like a live feed, the past does not come back.
 */
final class Replay {
    private static final double NS_PER_US = 1e3;
    private static final long NS_PER_MS = 1_000_000L;
    /** Messages that one connection gets in one turn of the loop. */
    private static final int CHUNK = 256;
    /** A connection with more bytes than this on their way gets its next messages later. */
    private static final long MAX_BACKLOG_BYTES = 1 << 20;

    private final ContextInternal context;
    private List<Recording> recordings = List.of();
    private final double speed;
    private final List<Integer> lagMs;
    private final int awaited;
    private long earliestUs;
    private final Map<Line, Cursor> cursors = new HashMap<>();
    private boolean started;
    private boolean paused;
    private long startNs;
    private long pausedAtNs;
    private long frontUs = Long.MIN_VALUE;

    Replay(ContextInternal context, SimulatorConfig config) {
        this.context = context;
        this.speed = config.replaySpeed();
        this.lagMs = config.replayLagMs();
        this.awaited = config.awaitConnections();
    }

    /** Takes what is to be replayed, before the first connection opens. */
    void load(List<Recording> read) {
        recordings = read;
        earliestUs = read.stream()
                .flatMap(recording -> recording.messages().stream())
                .mapToLong(RecordedMessage::receivedUs)
                .min()
                .orElse(0);
    }

    void opened(Line line) {
        Cursor cursor = new Cursor(line);
        cursors.put(line, cursor);
        if (started) {
            cursor.joinAfter(frontUs);
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

    /** Where one connection stands in its recording. */
    private final class Cursor {
        private final Line line;
        private final List<RecordedMessage> messages;
        private final long lagNs;
        private final LoopTimer timer;
        private int next;

        Cursor(Line line) {
            this.line = line;
            int index = line.number() - 1;
            messages = recordings.get(index % recordings.size()).messages();
            lagNs = index < lagMs.size() ? lagMs.get(index) * NS_PER_MS : 0;
            timer = new LoopTimer(context, this::sendDue);
        }

        void joinAfter(long receivedUs) {
            while (next < messages.size() && messages.get(next).receivedUs() <= receivedUs) {
                next++;
            }
        }

        void wake() {
            if (started && !paused && next < messages.size()) {
                timer.atNs(dueNs(messages.get(next)));
            }
        }

        private void sendDue() {
            long nowNs = System.nanoTime();
            int sent = 0;
            boolean roomy = line.backlogBytes() < MAX_BACKLOG_BYTES;
            while (roomy && sent < CHUNK && next < messages.size() && dueNs(messages.get(next)) <= nowNs) {
                RecordedMessage message = messages.get(next++);
                frontUs = Math.max(frontUs, message.receivedUs());
                line.send(WireFrame.text(message.payload().getBytes()));
                sent++;
                roomy = line.backlogBytes() < MAX_BACKLOG_BYTES;
            }
            line.flush();
            if (roomy) {
                wake();
            } else {
                timer.atNs(nowNs + NS_PER_MS);
            }
        }

        private long dueNs(RecordedMessage message) {
            double distanceNs = speed == 0 ? 0 : (message.receivedUs() - earliestUs) * NS_PER_US / speed;
            return startNs + (long) distanceNs + lagNs;
        }
    }
}
