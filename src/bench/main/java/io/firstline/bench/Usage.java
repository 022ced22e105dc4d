package io.firstline.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The resources that this JVM has used so far.
 *
 * @param nanos the time, on the monotonic clock
 * @param threadCpuNanos processor time of live Java threads, with kernel time, without compilers and garbage collection
 * @param processCpuNanos processor time of the whole process
 * @param allocatedBytes allocated by live Java threads
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

    /** A thread that has just ended reports -1. */
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

    /** The resident memory in MB, as reported by Linux; -1 elsewhere. */
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
