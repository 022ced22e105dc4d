package io.firstline.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** The page's files, read once from the class path. No other file is served, whatever the path. */
final class WebFiles {
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "dashboard.css", "text/css; charset=utf-8",
            "elements.js", SCRIPT,
            "feeds.js", SCRIPT,
            "timeline.js", SCRIPT,
            "details.js", SCRIPT,
            "nodes.js", SCRIPT,
            "dashboard.js", SCRIPT,
            "icon.svg", "image/svg+xml");

    private final Map<String, File> byPath = new TreeMap<>();

    /** One file. */
    record File(String type, Buffer content) {}

    WebFiles() {
        TYPES.forEach((name, type) -> {
            try (InputStream in = WebFiles.class.getClassLoader().getResourceAsStream("web/" + name)) {
                byPath.put(
                        name.equals("index.html") ? "/" : "/" + name, new File(type, Buffer.buffer(in.readAllBytes())));
            } catch (IOException e) {
                throw new UncheckedIOException("web/" + name + " is not readable from the class path", e);
            }
        });
    }

    Map<String, File> byPath() {
        return byPath;
    }
}
