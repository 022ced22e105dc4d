package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.http.HttpVerticle;
import io.firstline.testkit.Browser;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the page in {@code src/examples/browser}, served from another origin, in a real browser. */
class BrowserExampleTest extends BridgeTestBase {
    private static final Path PAGE = Path.of(System.getProperty("project.dir", "."), "src/examples/browser");

    @Test
    void shouldShowAFeedWithoutAHole(@TempDir Path profile) throws Exception {
        assumeTrue(Browser.isInstalled(), "no browser: apt-get install chromium");
        HttpServer pages = join(vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .sendFile(PAGE.resolve(
                                        request.path().equals("/")
                                                ? "index.html"
                                                : request.path().substring(1))
                                .toString()))
                .listen(0, "127.0.0.1"));
        String origin = "http://127.0.0.1:" + pages.actualPort();
        HttpVerticle bridge = new HttpVerticle(
                HttpConfig.DEFAULT.withPort(0),
                registry,
                Set.of("f"),
                new SockJsBridgeConfig(List.of(origin), BridgeConfig.of("f")));
        join(vertx.deployVerticle(bridge));
        deployFeed(exchange(market(500)), "message");

        try (Browser browser = Browser.start(profile)) {
            browser.open(
                    origin + "/?feed=f&bridge=ws://127.0.0.1:"
                            + URI.create(bridge.url()).getPort(),
                    Map.of());
            browser.until("Number(document.getElementById('count')?.textContent) >= 100");

            assertThat(browser.evaluate("document.getElementById('state').textContent"))
                    .isEqualTo("connected");
            assertThat(browser.evaluate("document.getElementById('missed').textContent"))
                    .isEqualTo("0");
            assertThat(String.valueOf(browser.evaluate("document.getElementById('last').textContent")))
                    .matches("\\d+ \\{.*}");
        }
    }
}
