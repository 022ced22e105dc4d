package io.firstline.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of the fault suite: printed row by row, written to {@code target/fault-report.md} in the end. */
final class FaultReport {
    private final List<String> rows = new ArrayList<>();

    FaultReport() {
        line("row", "owed", "lost", "twice", "late", "order", "detect ms", "recover ms", "");
        rows.add("|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
    }

    void row(String name, Tally.Verdict verdict, Scene scene, String failed) {
        line(
                name,
                verdict == null ? "–" : verdict.owed(),
                verdict == null ? "–" : verdict.lost(),
                verdict == null ? "–" : verdict.twice(),
                verdict == null ? "–" : verdict.late(),
                verdict == null ? "–" : verdict.outOfOrder(),
                scene.detectMs(),
                scene.recoverMs(),
                failed != null ? "FAILED: " + failed : scene.missed() != null ? "MISSED: " + scene.missed() : "ok");
    }

    private void line(Object... cells) {
        String line = String.format(Locale.ROOT, "| %-55s | %5s | %4s | %5s | %4s | %5s | %9s | %10s | %s |%n", cells);
        rows.add(line);
        System.out.print("[fault] " + line);
    }

    void write() {
        Path file = Path.of(System.getProperty("project.dir", "."), "target", "fault-report.md");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    "# What a fault costs\n\n"
                            + "Pools of three to five connections, " + Scene.RATE + " messages a second, a ping every "
                            + Scene.PING_MS + " ms, loopback; one fault, on the connection that leads unless said"
                            + " otherwise. Times from the fault.\n\n"
                            + String.join("", rows)
                            + "\nA step of the wall clock is played in ClockStepTest.\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
