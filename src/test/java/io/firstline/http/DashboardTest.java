package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.relay.RelayVerticle;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Browser;
import io.firstline.testkit.ProxyServer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the page in a real browser. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DashboardTest extends HttpTestBase {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    @TempDir
    static Path profile;

    private static Browser browser;
    private ExchangeSimulator exchange;

    @BeforeAll
    static void openBrowser() throws IOException, InterruptedException {
        assumeTrue(Browser.isInstalled(), "no browser: apt-get install chromium");
        browser = Browser.start(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void resizeWindow() {
        browser.look(1_400, 1_000, false);
    }

    @AfterEach
    void leavePage() {
        browser.leave();
    }

    private void show(JsonObject config) {
        serve(ACTING, config.getString("name"));
        deploy(config);
        browser.open("http://127.0.0.1:" + port + "/", Map.of());
        browser.until(
                "document.querySelectorAll('.row[data-role=member]').length === " + config.getInteger("connections"));
    }

    private void assertNoComplaints() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
                .as("nothing from elsewhere")
                .allMatch(url -> url.equals("about:blank") || url.startsWith("http://127.0.0.1:" + port + "/"));
    }

    /** A client that does not read. */
    private static Socket unread(RelayVerticle relay, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(relay.url()).getPort()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void shouldShowTheRelaysClientsWithStreamsRateAndBacklog() throws IOException {
        exchange = exchange(quiet());
        RelayVerticle relay = new RelayVerticle(RelayConfig.DEFAULT.withPort(0), registry);
        join(vertx.deployVerticle(relay));
        FeedSink sink = relay.sink(
                FeedConfig.fromJson(config("btc", exchange.url(COMBINED), 2).put("streamPointer", "/stream")));
        show(config("btc", exchange.url(COMBINED), 2));
        String rows =
                "[...document.querySelectorAll('#relay-clients tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))";
        browser.until("!document.getElementById('relay').hidden");
        browser.until("document.getElementById('relay-clients').textContent.includes('No clients.')");

        Buffer payload = Buffer.buffer("x".repeat(60_000));
        AtomicLong sequence = new AtomicLong();
        try (Socket one = unread(relay, "/feeds/btc?streams=" + TRADE);
                Socket all = unread(relay, "/feeds/btc")) {
            browser.until("document.getElementById('relay-of').textContent.endsWith(', 2 clients')");
            vertx.setPeriodic(
                    20,
                    id -> sink.publish(new FeedMessage(
                            "btc", 0, sequence.incrementAndGet(), "c", 1, TRADE, 0, payload, true, false)));
            browser.until(rows + ".some(cells => cells[2] === '" + TRADE + "' && parseInt(cells[3]) > 0)");
            browser.until(rows + ".some(cells => cells[1] === 'btc' && cells[2] === 'all')");
            browser.until(rows + ".some(cells => parseInt(cells[4]) > 0)"); // bytes wait
            assertThat(List.of(one, all)).noneMatch(Socket::isClosed);
        }
        browser.until("document.getElementById('relay-clients').textContent.includes('No clients.')");
        assertNoComplaints();
    }

    @Test
    void shouldShowAllConnectionsWithoutComplaint() {
        exchange = exchange(market(200));
        show(config("btc", exchange.url(COMBINED), 4));

        for (String id : members(status("btc"))) {
            browser.until("document.querySelector('.row[data-connection=\"" + id + "\"]')");
        }
        browser.until("document.getElementById('health').dataset.level === 'UP'");
        browser.until("document.getElementById('link').dataset.on === 'true'");
        browser.until("document.querySelectorAll('#events li[data-event=connected]').length === 4");
        browser.until("document.querySelectorAll('#timeline .leading').length >= 4");
        browser.until("parseInt(document.querySelector('.feed .rate').textContent) > 0");
        browser.until("(worthAskedAt = 0, [...document.querySelectorAll('#facts dd')].some("
                + "e => /^(\\d of 4 would do: p99 \\+ .*, 0 of \\d+ sampled|all 4: fewer)/.test(e.textContent)))");
        assertNoComplaints();
    }

    @Test
    void shouldShowAReplacementBeforeTheEvictedConnectionGoes() {
        exchange = exchange(market(200));
        show(config("btc", exchange.url(COMBINED), 3).put("joinGuardMs", 2_000));
        Set<String> before = members(status("btc"));
        String id = before.iterator().next();
        unlock(TOKEN);

        browser.until("!document.querySelector('.row[data-connection=\"" + id + "\"] button').hidden");
        browser.evaluate("document.querySelector('.row[data-connection=\"" + id + "\"] button').click()");

        browser.until("document.querySelector('.row[data-role=candidate]')"
                + " && document.querySelector('.row[data-role=member][data-connection=\"" + id + "\"]')");
        browser.until("document.querySelector('.row[data-role=gone][data-connection=\"" + id + "\"]')"
                + " && document.querySelectorAll('.row[data-role=member]').length === 3");
        String replacement = members(status("btc")).stream()
                .filter(other -> !before.contains(other))
                .findFirst()
                .orElseThrow();
        browser.until("document.querySelector('.row[data-role=member][data-connection=\"" + replacement + "\"]')");
        browser.until(
                "[...document.querySelectorAll('#events li[data-event=evicted]')].some(e => e.textContent.includes('"
                        + id + ": requested; " + replacement + " took over'))");
        browser.until("document.querySelector('#timeline .evicted')");
        assertNoComplaints();
    }

    /** One proxy works; nothing listens at the other. */
    @Test
    void shouldShowWhatEachPathIsWorth() {
        exchange = exchange(market(200));
        try (ProxyServer proxy = ProxyServer.http("")) {
            JsonArray proxies =
                    new JsonArray().add(proxy.url()).add("http://127.0.0.1:" + ScriptedServer.refusingPort());
            show(config("btc", exchange.url(COMBINED), 6).put("paths", new JsonObject().put("proxies", proxies)));

            // three failures, so it is left alone for 20 s
            String rests = "document.querySelector('#paths tbody tr:not([data-used])')";
            browser.until(rests + " && /^\\d\\d:\\d\\d:\\d\\d$/.test(" + rests + ".cells[11].textContent)");
            assertThat((String) browser.evaluate(rests + ".title")).contains("refused");
            String used = "document.querySelector('#paths tr[data-used]').cells";
            browser.until(used + "[3].textContent === '" + proxy.url() + "' && " + used + "[4].textContent === '6'");
            browser.until("/ ms$/.test(" + used + "[5].textContent) && " + used + "[8].textContent === '100 %'");
            assertThat(browser.evaluate(used + "[0].textContent")).isEqualTo("127.0.0.1:" + exchange.port());
            assertThat((String) browser.evaluate(
                            "[...document.querySelectorAll('#paths th[scope=col]')].map(e => e.textContent).join()"))
                    .isEqualTo("Host,Address,From,Proxy,Connections,Connect,Ping,Lag p99,First copies,Losses,Lifetime,"
                            + "Left alone until");
            assertNoComplaints();
        }
    }

    @Test
    void shouldTellWhoHasTheWrongToken() {
        exchange = exchange(quiet());
        show(config("btc", exchange.url(COMBINED), 2));
        unlock("wrong");

        browser.until("!document.getElementById('feed-acts').hidden");
        browser.evaluate("document.querySelector('[data-do=renew]').click()");

        browser.until("document.getElementById('act-answer').textContent.includes('token required')");
        browser.until("document.getElementById('feed-acts').hidden && !document.getElementById('unlock').hidden");
    }

    private void unlock(String token) {
        browser.until("!document.getElementById('unlock').hidden");
        browser.evaluate("document.getElementById('unlock').click();"
                + "document.getElementById('token').value = '" + token + "';"
                + "document.getElementById('login').close('ok')");
    }

    @Test
    void shouldShowAHostilePayloadAsText() {
        exchange = exchange(quiet());
        show(config("btc", exchange.url(COMBINED), 2));
        String hostile = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";
        browser.evaluate("document.getElementById('tail-filter').value = '<script>';"
                + "document.getElementById('tail-toggle').click()");
        browser.until("document.getElementById('tail-sum').textContent.includes('match')");

        exchange.emit(TRADE, new JsonObject().put("text", hostile).encode());

        browser.until("document.querySelector('.tail-line .payload')");
        assertThat((String) browser.evaluate("document.querySelector('.tail-line .payload').textContent"))
                .contains(hostile);
        assertThat(browser.evaluate("document.querySelectorAll('#tail script, #tail img').length"))
                .isEqualTo(0);
        assertThat(browser.evaluate("window.hacked === undefined")).isEqualTo(true);
        assertNoComplaints();
    }

    @Test
    void shouldShowWithinTwoSecondsThatAFeedIsCut() {
        exchange = exchange(market(100));
        show(config("btc", exchange.url(COMBINED), 3).put("retryBaseMs", 60_000).put("retryCapMs", 60_000));
        browser.until("document.getElementById('health').dataset.level === 'UP'");

        long cut = System.nanoTime();
        join(exchange.cut(1, CutKind.RESET));

        browser.until("document.getElementById('health').dataset.level === 'DEGRADED'");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cut)).isLessThan(2_000);
        browser.until("document.getElementById('health').textContent.includes('2 of 3 connections live')");
        browser.until("document.querySelector('.feed').dataset.state === 'DEGRADED'");
    }

    @Test
    void shouldLookGoodOnEveryScreen() throws IOException {
        LineBehaviour slow = LineBehaviour.perfect().withDelayMs(30).withLossPercent(2);
        exchange = exchange(market(300)
                .withLines(List.of(
                        LineBehaviour.perfect().withDelayMs(1),
                        LineBehaviour.perfect().withDelayMs(2),
                        LineBehaviour.perfect().withDelayMs(3).withLossPercent(0.5),
                        LineBehaviour.perfect().withDelayMs(4).withCutAfterMs(4_000),
                        slow)));
        show(config("btc", exchange.url(COMBINED), 5)
                .put("evictIntervalMs", 3_000)
                .put("venue", "binance-spot")
                .put("latencyPingIntervalMs", 500));
        browser.until("document.querySelector('#timeline .evicted')");
        browser.evaluate("document.getElementById('tail-toggle').click()");
        browser.until("document.querySelectorAll('.tail-line').length > 20");

        browser.until("document.querySelector('#consumers tbody .chip')");
        browser.until("[...document.querySelectorAll('#facts dd')].some(e => /^p50 .* p99 /.test(e.textContent))");
        browser.screenshot(SCREENSHOTS.resolve("light.png"));
        browser.look(1_400, 1_000, true);
        browser.until("matchMedia('(prefers-color-scheme: dark)').matches");
        browser.screenshot(SCREENSHOTS.resolve("dark.png"));
        browser.look(390, 844, false);
        browser.until("document.getElementById('timeline').clientWidth < 390");
        browser.until(
                "document.getElementById('timeline').getAttribute('viewBox').startsWith('0 0 ' + document.getElementById('timeline').clientWidth)");
        assertThat((Integer) browser.evaluate("document.documentElement.scrollWidth"))
                .as("nothing to scroll sideways on a phone")
                .isLessThanOrEqualTo(390);
        browser.screenshot(SCREENSHOTS.resolve("phone.png"));
        assertNoComplaints();
    }

    @Test
    void shouldAskForTheTokenWhereOthersCanConnect() {
        exchange = exchange(quiet());
        serve(CLOSED, "btc");
        deploy(config("btc", exchange.url(COMBINED), 2));

        browser.open("http://127.0.0.1:" + port + "/", Map.of("Authorization", "Bearer " + TOKEN));

        browser.until("document.querySelectorAll('.row[data-role=member]').length === 2");
    }
}
