package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.bus.Addresses;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.deploy.node.NodeStatus;
import io.firstline.testkit.Browser;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the page with 200 feeds in a real browser. The feeds are answers only: no connection is open. */
@Timeout(120)
class FeedListTest extends HttpTestBase {
    private static final int FEEDS = 200;
    private static final int CONNECTIONS = 3;
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String[] VENUES = {"binance", "okx", "kraken", "bybit", "coinbase"};

    @TempDir
    static Path profile;

    private static Browser browser;
    private final Map<String, JsonObject> feeds = new ConcurrentSkipListMap<>();

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
    void startFeeds() {
        for (int i = 0; i < FEEDS; i++) {
            String name = VENUES[i % VENUES.length] + "-" + String.format("%03d", i);
            feeds.put(name, status(name, i));
            NodeStatus.feeds(vertx).put(name, name);
            vertx.eventBus().<JsonObject>localConsumer(Addresses.here(name), request -> {
                String what = request.body().getString("do");
                request.reply(what.equals("status") ? feeds.get(name) : new JsonObject().put(what, new JsonArray()));
            });
        }
        change("okx-101", "DEGRADED", 2, "wss://okx.example refused two attempts");
        change("kraken-102", "DISCONNECTED", 0, "no server answers");
        serve(READING);
        browser.look(1_400, 1_000, false);
    }

    @AfterEach
    void leavePage() {
        browser.leave();
    }

    private static JsonObject status(String name, int i) {
        Random random = new Random(i);
        JsonArray connections = new JsonArray();
        for (int slot = 1; slot <= CONNECTIONS; slot++) {
            connections.add(new JsonObject()
                    .put("connection", name + "-" + slot)
                    .put("slot", slot)
                    .put("role", "member")
                    .put("state", "CONNECTED")
                    .put("inStep", true)
                    .put("messages", 100_000)
                    .put("bytes", 20_000_000)
                    .put("latencyMs", 1 + random.nextInt(200) / 10.0)
                    .put("ageMs", 1_000_000)
                    .put("wins", random.nextInt(50_000))
                    .put("lateCopies", 60_000)
                    .put("losses", random.nextInt(20))
                    .put("saves", random.nextInt(3))
                    .put("lagP50Micros", 100 + random.nextInt(2_000))
                    .put("lagP99Micros", 3_000 + i * 100));
        }
        JsonObject stream = new JsonObject()
                .put("stream", name)
                .put("proof", "PROVEN_COMPLETE")
                .put("openGaps", 0)
                .put("healedGaps", 3)
                .put("lostGaps", i % 50 == 7 ? 1 : 0)
                .put("lostNumbers", i % 50 == 7 ? i : 0);
        return new JsonObject()
                .put("feed", name)
                .put("url", "wss://" + name.substring(0, name.indexOf('-')) + ".example/ws")
                .put("state", "CONNECTED")
                .put("target", CONNECTIONS)
                .put("live", CONNECTIONS)
                .put("published", 100_000)
                .put("copies", 290_000)
                .put("control", 50)
                .put("malformed", 0)
                .put("late", 0)
                .put("evictions", 1)
                .put("evictedFor", new JsonObject())
                .put("lost", 0)
                .put("waiting", 0)
                .put("dropped", new JsonObject())
                .put("failures", new JsonObject())
                .put("problems", new JsonArray())
                .put("ledger", new JsonArray().add(stream))
                .put("connections", connections);
    }

    private void change(String feed, String state, int live, String problem) {
        feeds.put(
                feed,
                feeds.get(feed)
                        .copy()
                        .put("state", state)
                        .put("live", live)
                        .put("problems", new JsonArray().add(problem)));
    }

    private void open(String fragment) {
        browser.open("http://127.0.0.1:" + port + "/" + fragment, Map.of());
        browser.until("document.querySelectorAll('#list tbody tr').length === " + FEEDS);
    }

    private String first() {
        return (String) browser.evaluate("document.querySelector('#list tbody a').textContent");
    }

    private void press(String key) {
        browser.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '" + key
                + "', bubbles: true, cancelable: true}))");
    }

    @Test
    void shouldListFeedsWithTroubleFirstAndTheDetailsBesideThem() throws IOException {
        open("");

        browser.until("document.querySelectorAll('.row[data-role=member]').length === " + CONNECTIONS);
        assertThat(
                        browser.evaluate(
                                "[...document.querySelectorAll('#list tbody tr')].slice(0, 3).map(r => r.cells[0].textContent).join('; ')"))
                .isEqualTo("kraken-102no server answers; okx-101wss://okx.example refused two attempts; binance-000");
        assertThat(browser.evaluate("document.getElementById('chosen-name').textContent"))
                .isEqualTo("kraken-102");
        assertThat((Integer) browser.evaluate(
                        "Math.round(document.getElementById('connections').getBoundingClientRect().bottom)"))
                .as("the connections are visible without scrolling")
                .isLessThan(1_000);
        browser.screenshot(SCREENSHOTS.resolve("list-light.png"));

        change("bybit-003", "DEGRADED", 1, "one more");
        browser.until("document.getElementById('feeds-of').textContent === '200, 3 in trouble'");
        assertThat(browser.evaluate("document.querySelectorAll('#list tbody a')[1].textContent"))
                .isEqualTo("bybit-003");

        browser.evaluate("document.querySelector('[data-sort=lag] button').click()");
        assertThat(first()).isEqualTo("coinbase-199");
        browser.evaluate("document.querySelector('[data-sort=lost] button').click()");
        assertThat(first()).isEqualTo("kraken-157");
        assertThat(browser.evaluate("document.querySelector('[data-sort=lost]').ariaSort"))
                .isEqualTo("descending");
        browser.evaluate("document.getElementById('filter').value = 'OKX degraded';"
                + "document.getElementById('filter').dispatchEvent(new Event('input'))");
        assertThat(browser.evaluate("document.querySelectorAll('#list tbody tr').length"))
                .isEqualTo(1);
        assertThat(first()).isEqualTo("okx-101");
        browser.evaluate("document.getElementById('filter').value = 'disconnected';"
                + "document.getElementById('filter').dispatchEvent(new Event('input'))");
        assertThat(first()).isEqualTo("kraken-102");
        assertThat(browser.complaints()).isEmpty();
    }

    /** An update changes no unchanged cell, so that it costs little. */
    private void assertUpdatesTouchOnlyWhatHasChanged() {
        browser.evaluate("window.touched = []; window.updates = 0; const drawn = take;"
                + "take = update => { drawn(update); window.updates++; };"
                + "new MutationObserver(all => all.forEach(m => window.touched.push(m.target.textContent)))"
                + ".observe(document.getElementById('list'),"
                + " {subtree: true, childList: true, characterData: true, attributes: true})");
        browser.until("window.updates >= 2");
        assertThat(browser.evaluate("JSON.stringify(window.touched)")).isEqualTo("[]");

        feeds.put("okx-001", feeds.get("okx-001").copy().put("error", "timed out"));
        browser.until("document.querySelector('#list tbody a').textContent === 'okx-001'");
        assertThat((Integer) browser.evaluate("window.touched.length")).isLessThan(20);
    }

    @Test
    void shouldOpenTheFeedOfALinkAndReachAllFeedsByKeyboard() throws IOException {
        open("#feed=okx-056");
        browser.until("document.querySelector('.row[data-connection=okx-056-1]')");

        browser.evaluate("window.isFormer = true; location.reload()");
        browser.until("!window.isFormer && document.querySelector('.row[data-connection=okx-056-1]')");
        assertThat(browser.evaluate("document.querySelectorAll('#list a[tabindex=\"0\"]').length"))
                .as("one stop for the Tab key")
                .isEqualTo(1);

        assertUpdatesTouchOnlyWhatHasChanged();

        browser.evaluate("document.getElementById('filter').focus()");
        press("ArrowDown");
        press("End");
        press("ArrowUp");
        browser.evaluate("document.activeElement.click()");
        browser.until("location.hash === '#feed=okx-191'");
        browser.until("document.querySelector('.row[data-connection=okx-191-1]')");

        browser.look(390, 844, true);
        browser.until("document.querySelector('.all').offsetParent === null");
        assertThat((Integer) browser.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(390);
        browser.screenshot(SCREENSHOTS.resolve("list-phone-details.png"));
        browser.evaluate("document.querySelector('.back').click()");
        browser.until("document.querySelector('.details').offsetParent === null");
        assertThat((Integer) browser.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(390);
        assertThat(browser.evaluate("[...document.querySelectorAll('#list tbody th')]"
                        + ".filter(name => name.scrollWidth > name.clientWidth).map(name => name.innerText).join()"))
                .as("names without room")
                .isEqualTo("");
        browser.screenshot(SCREENSHOTS.resolve("list-phone.png"));

        browser.look(1_400, 1_000, true);
        browser.evaluate("location.hash = '#feed=gone'");
        browser.until("document.getElementById('unknown').textContent.includes('gone')");
        browser.screenshot(SCREENSHOTS.resolve("list-dark.png"));
        assertThat(browser.complaints()).isEmpty();
    }

    private static JsonObject owner(int epoch, JsonObject... takeovers) {
        return new JsonObject()
                .put("role", "owner")
                .put("warm", true)
                .put("receives", true)
                .put("epoch", epoch)
                .put("behind", 0)
                .put("takeovers", new JsonArray(List.of(takeovers)));
    }

    private static JsonObject standby(int epoch, int behind, String cold) {
        return owner(epoch)
                .put("role", "standby")
                .put("warm", cold == null)
                .put("behind", behind)
                .put("cold", cold);
    }

    /** Three members, of which one is not heard; what they say is made up. */
    @Test
    void shouldShowWhatEachNodeDoesForEachFeed() throws IOException {
        JsonObject takeover = new JsonObject()
                .put("epoch", 7)
                .put("own", true)
                .put("agoMs", 60_000)
                .put("silentMs", 574);
        Map<String, JsonObject> feedsOf = Map.of(
                "a:1",
                        new JsonObject()
                                .put("okx-001", owner(7, takeover))
                                .put("okx-006", standby(3, 1_200, "lacks messages that the owner has published")),
                "b:1", new JsonObject().put("okx-001", standby(7, 2, null)).put("okx-006", owner(3)));
        JsonArray members = new JsonArray().add("a:1").add("b:1").add("c:1");
        feedsOf.forEach((node, carried) -> vertx.eventBus()
                .localConsumer(
                        Addresses.NODE + node,
                        request -> request.reply(new JsonObject()
                                .put("members", members)
                                .put("majority", true)
                                .put("feeds", carried))));
        ClusterFacts.update(vertx, "a:1", 3, feedsOf.keySet(), true, 0, () -> 0);
        open("");
        browser.until("document.getElementById('nodes-of').textContent === '2 of 3 nodes, 2 feeds, 1 in trouble'");

        browser.evaluate("document.querySelector('#nodes summary').click()");
        String rows = "[...document.querySelectorAll('#nodes-table tr')].map(r => [...r.cells].map(c =>"
                + " c.innerText.replace(/\\s+/g, ' ').replace(/\\d\\d:\\d\\d:\\d\\d/, 'TIME').trim()).join(' | '))";
        browser.until("document.querySelectorAll('#nodes-table tbody tr').length === 2");
        assertThat(browser.evaluate(rows + ".join('\\n')"))
                .isEqualTo(
                        """
                        Feed | a:1 | b:1 | c:1 | Epoch | Last takeover
                        okx-006 | not warm lacks messages that the owner has published; 1,200 messages behind | owner | – | 3 | –
                        okx-001 | owner | warm 2 messages behind | – | 7 | TIME by a:1, silent for 574 ms""");
        assertThat(browser.evaluate("document.getElementById('members').innerText.replace(/\\s+/g, ' ')"))
                .isEqualTo("a:1 (this node) has a majority owns 1, warm for 0, not warm for 1 "
                        + "b:1 has a majority owns 1, warm for 1 c:1 not heard");
        browser.screenshot(SCREENSHOTS.resolve("nodes.png"));
        assertThat(browser.complaints()).isEmpty();
    }
}
