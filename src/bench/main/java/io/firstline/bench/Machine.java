package io.firstline.bench;

import io.netty.handler.ssl.OpenSsl;
import io.netty.util.Version;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine of a run, without which figures mean nothing. */
record Machine(String processor, int cores, String system, String jdk, String netty, String openSsl, String flags) {
    static Machine here() {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        try {
            return new Machine(
                    Files.exists(cpuInfo) ? processor(Files.readString(cpuInfo)) : System.getProperty("os.arch"),
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("os.name") + " " + System.getProperty("os.version"),
                    System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                    nettyVersion(),
                    OpenSsl.isAvailable() ? OpenSsl.versionString() : "does not load",
                    String.join(" ", ChildProcess.JVM_OPTIONS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String processor(String cpuInfo) {
        return cpuInfo.lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("processor", processor)
                .put("cores", cores)
                .put("system", system)
                .put("jdk", jdk)
                .put("netty", netty)
                .put("openSsl", openSsl)
                .put("flags", flags);
    }

    /** The jar with all dependencies loses the versions of some Netty modules, but all modules have the same one. */
    private static String nettyVersion() {
        return Version.identify().values().stream()
                .map(Version::artifactVersion)
                .findFirst()
                .orElse("unknown");
    }
}
