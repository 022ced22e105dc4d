package io.firstline.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this JVM has used until now.
 *
 * @param nanos when, on the monotonic clock
 * @param threadCpuNanos processor time of the Java threads alive, kernel time included; neither compilers nor garbage collection
 * @param processCpuNanos processor time of everything
 * @param allocatedBytes by the Java threads alive
 */
record Usage(long nanos, long threadCpuNanos, long processCpuNanos, long allocatedBytes) {
    static Usage now() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        return new Usage(
                System.nanoTime(),
                sum(threads.getThreadCpuTime(ids)),
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime(),
                sum(threads.getThreadAllocatedBytes(ids)));
    }

    /** A thread that has just ended says -1. */
    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += Math.max(0, value);
        }
        return sum;
    }

    Usage since(Usage before) {
        return new Usage(
                nanos - before.nanos,
                threadCpuNanos - before.threadCpuNanos,
                processCpuNanos - before.processCpuNanos,
                allocatedBytes - before.allocatedBytes);
    }

    /** Memory that is resident now, in MB, by what Linux says; -1 elsewhere. */
    static double residentMb() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return -1;
        }
        try {
            return residentMb(Files.readString(status));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double residentMb(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1_024)
                .findFirst()
                .orElse(-1);
    }
}
