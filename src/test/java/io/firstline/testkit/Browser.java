package io.firstline.testkit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A headless Chromium with one tab, driven through the DevTools protocol. Records the errors on a page's console and
 * the URLs of its requests.
 */
public final class Browser implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final long PATIENCE_S = 30;
    private static final String BLANK = "about:blank";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    /** Whether there is one on this machine. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Starts one with an empty profile. */
    public static Browser start(Path profile) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        PROGRAM.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        BLANK))
                .redirectErrorStream(true)
                .start();
        String address = address(process);
        HttpResponse<String> tab = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/json/new?about:blank"))
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        Browser browser = new Browser(process, new JsonObject(tab.body()).getString("webSocketDebuggerUrl"));
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            browser.ask(domain + ".enable", new JsonObject());
        }
        return browser;
    }

    private static String address(Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int at = line.indexOf("ws://");
            if (line.contains("DevTools listening") && at >= 0) {
                Thread rest = new Thread(() -> lines.lines().forEach(ignored -> {}), "chromium");
                rest.setDaemon(true);
                rest.start();
                return URI.create(line.substring(at).trim()).getAuthority();
            }
        }
        throw new IOException("Chromium ended before it told its address");
    }

    private Browser(Process process, String tab) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(tab), new Listener())
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                received(new JsonObject(message.toString()));
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void received(JsonObject message) {
        JsonObject facts = message.getJsonObject("params", new JsonObject());
        if (message.containsKey("id")) {
            asked.remove(message.getInteger("id")).complete(message);
            return;
        }
        switch (message.getString("method")) {
            case "Network.requestWillBeSent" ->
                requests.add(facts.getJsonObject("request").getString("url"));
            case "Runtime.exceptionThrown" ->
                complaints.add(facts.getJsonObject("exceptionDetails").encode());
            case "Runtime.consoleAPICalled" -> complaints.add(facts.encode());
            case "Log.entryAdded" -> complaints.add(facts.getJsonObject("entry").encode());
            default -> {
                // of no interest
            }
        }
    }

    private synchronized JsonObject ask(String method, JsonObject parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        asked.put(id, answer);
        socket.sendText(
                        new JsonObject()
                                .put("id", id)
                                .put("method", method)
                                .put("params", parameters)
                                .encode(),
                        true)
                .join();
        JsonObject answered = answer.orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
        if (answered.containsKey("error")) {
            throw new AssertionError(method + ": " + answered.getJsonObject("error"));
        }
        return answered.getJsonObject("result");
    }

    /** Goes to a page; headers go with every request of the tab. */
    public void open(String url, Map<String, String> headers) {
        JsonObject extra = new JsonObject();
        headers.forEach(extra::put);
        ask("Network.setExtraHTTPHeaders", new JsonObject().put("headers", extra));
        ask("Page.navigate", new JsonObject().put("url", url));
    }

    /** Leaves the page, and forgets its errors and requests. */
    public void leave() {
        ask("Page.navigate", new JsonObject().put("url", BLANK));
        until("location.href === '" + BLANK + "'");
        complaints.clear();
        requests.clear();
    }

    /** A window of this size, dark or light. */
    public void look(int width, int height, boolean dark) {
        ask(
                "Emulation.setDeviceMetricsOverride",
                new JsonObject()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", width < 600 ? 2 : 1)
                        .put("mobile", width < 600));
        ask(
                "Emulation.setEmulatedMedia",
                new JsonObject()
                        .put(
                                "features",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "prefers-color-scheme")
                                                .put("value", dark ? "dark" : "light"))));
    }

    /** The value of a JavaScript expression in the page; objects are JSON. */
    public Object evaluate(String expression) {
        JsonObject result = ask(
                "Runtime.evaluate",
                new JsonObject()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.getJsonObject("exceptionDetails"));
        }
        return result.getJsonObject("result").getValue("value");
    }

    /** Waits until a JavaScript expression is true. */
    public void until(String expression) {
        Await.until(
                () -> expression + "; the page says: " + evaluate("document.body?.innerText"),
                () -> Boolean.TRUE.equals(evaluate("Boolean(" + expression + ")")));
    }

    /** The whole page as a PNG file. */
    public void screenshot(Path file) throws IOException {
        JsonObject size = ask("Page.getLayoutMetrics", new JsonObject()).getJsonObject("cssContentSize");
        JsonObject clip = new JsonObject()
                .put("x", 0)
                .put("y", 0)
                .put("width", size.getNumber("width"))
                .put("height", size.getNumber("height"))
                .put("scale", 1);
        String picture = ask(
                        "Page.captureScreenshot",
                        new JsonObject().put("captureBeyondViewport", true).put("clip", clip))
                .getString("data");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture));
    }

    /** The errors on the page's console. */
    public List<String> complaints() {
        return new ArrayList<>(complaints);
    }

    /** The URLs of its requests. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
