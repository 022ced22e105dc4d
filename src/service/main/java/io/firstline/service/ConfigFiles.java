package io.firstline.service;

import io.firstline.config.check.Sha256;
import io.firstline.config.service.ServiceConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Finds the configuration files of this process. */
final class ConfigFiles {
    /** The longest file that {@link ServiceConfig#read} accepts. */
    private static final int MAX_BYTES = 1 << 20;

    private static final int MOST_VENUES = 1_000;

    private ConfigFiles() {}

    /** Reads the given file, or {@code conf/config.json} of the installation. */
    static ServiceConfig read(Path given) {
        return ServiceConfig.read(file(given));
    }

    static Path file(Path given) {
        return given == null ? home().resolve("conf/config.json") : given;
    }

    /** Returns the folder of the installation: set by the launcher, by default the working directory. */
    static Path home() {
        return Path.of(System.getProperty("firstline.home", "."));
    }

    /**
     * Returns a hash of the contents of the configuration file and the venue files beside it. File times are not
     * enough: they stay the same when a file is written twice within one tick of the file system's clock, and change
     * when the contents do not. Blocks.
     */
    static String fingerprint(Path given) {
        Path file = file(given);
        MessageDigest digest = Sha256.digest();
        add(digest, file);
        Path venues = file.toAbsolutePath().resolveSibling("venues");
        if (Files.isDirectory(venues)) {
            try (Stream<Path> entries = Files.list(venues)) {
                List<Path> files = entries.filter(entry -> entry.toString().endsWith(".json"))
                        .sorted()
                        .limit(MOST_VENUES)
                        .toList();
                files.forEach(entry -> add(digest, entry));
            } catch (IOException e) {
                // an unreadable folder is a state too: reading the configuration reports the error
                digest.update(bytes(e.toString()));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, Path file) {
        digest.update(bytes("\n" + file + "\n"));
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            digest.update(bytes(
                    "no regular file")); // opening a FIFO would wait for a writer; reading the configuration reports it
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            digest.update(in.readNBytes(MAX_BYTES + 1));
        } catch (IOException e) {
            digest.update(bytes(e.toString()));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
