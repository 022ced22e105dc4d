package io.firstline.bridge;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the sockets that this process serves, so that clients leave enough file descriptors for feeds. The limit is
 * half of the descriptors left after {@value #OWN} for files and the JVM. Half of it is for pages and scrapers, half
 * for the clients of all bridges and the relay. Thread-safe.
 */
public final class ServedSockets {
    static final int OWN = 128;
    private static final int LEAST = 16;
    private static final long UNKNOWN = 1_024;
    private static final ServedSockets PROCESS = new ServedSockets(descriptors());

    private final int limit;
    private final AtomicInteger bridged = new AtomicInteger();

    /** For a process that may open this many files. */
    ServedSockets(long descriptors) {
        this.limit = (int) Math.max(LEAST, Math.min(Integer.MAX_VALUE, (descriptors - OWN) / 2));
    }

    /** The limit of this process. */
    public static ServedSockets ofProcess() {
        return PROCESS;
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN;
    }

    /** The most connections of pages and scrapers. */
    public int forPages() {
        return limit / 2;
    }

    /** The most clients of all bridges and the relay together. */
    public int forBridges() {
        return limit - forPages();
    }

    /** Adds a client of a bridge or the relay; false = no room. */
    public boolean enter() {
        if (bridged.incrementAndGet() <= forBridges()) {
            return true;
        }
        bridged.decrementAndGet();
        return false;
    }

    /** Such a client has gone. */
    public void leave() {
        bridged.decrementAndGet();
    }
}
