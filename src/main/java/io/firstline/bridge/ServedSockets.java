package io.firstline.bridge;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many sockets this process serves at most, so that whoever connects leaves it the file descriptors that its feeds need: half of
 * what is left after {@value #OWN} for files and the JVM. Half of that is for pages and scrapers, half for the clients of all bridges.
 * Safe for use by any thread.
 */
public final class ServedSockets {
    static final int OWN = 128;
    private static final int LEAST = 16;
    private static final long UNKNOWN = 1_024;
    private static final ServedSockets PROCESS = new ServedSockets(descriptors());

    private final int limit;
    private final AtomicInteger bridged = new AtomicInteger();

    /** Of a process that may open so many files. */
    ServedSockets(long descriptors) {
        this.limit = (int) Math.max(LEAST, Math.min(Integer.MAX_VALUE, (descriptors - OWN) / 2));
    }

    /** Those of this process. */
    public static ServedSockets ofProcess() {
        return PROCESS;
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN;
    }

    /** How many connections of pages and scrapers there may be. */
    public int forPages() {
        return limit / 2;
    }

    /** How many clients all bridges together may have. */
    int forBridges() {
        return limit - forPages();
    }

    /** One more client of a bridge; false = there is no room for it. */
    boolean enter() {
        if (bridged.incrementAndGet() <= forBridges()) {
            return true;
        }
        bridged.decrementAndGet();
        return false;
    }

    void leave() {
        bridged.decrementAndGet();
    }
}
