package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.simulator.ExchangeSimulator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No spelling of a path reaches a protected route without the token. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DisguisesTest extends HttpTestBase {
    private static final List<String> ROUTES = List.of(
            "/",
            "/dashboard.js",
            "/metrics",
            "/api/status",
            "/api/page",
            "/api/gaps?feed=btc",
            "/api/arrivals?feed=btc",
            "/api/worth?feed=btc",
            "/api/nodes",
            "/api/events",
            "/api/tail?feed=btc",
            "/api/command",
            "/nothing");

    private static final List<UnaryOperator<String>> DISGUISES = List.of(
            path -> path,
            path -> "/eventbus/.." + path,
            path -> "/eventbus/x/../.." + path,
            path -> "/eventbus/./.." + path,
            path -> "/eventbus//.." + path,
            path -> "/eventbus/%2e%2e" + path,
            path -> "/eventbus/.%2E" + path,
            path -> "/eventbus/..%2f" + path.substring(1),
            path -> "/eventbus/%2e%2e%2F" + path.substring(1),
            path -> "/eventbus/%252e%252e" + path,
            path -> "/eventbus/..%252f" + path.substring(1),
            path -> "/eventbus/..\\" + path.substring(1),
            path -> "/eventbus/..%5c" + path.substring(1),
            path -> "/eventbus/..;" + path,
            path -> "/eventbus;x/.." + path,
            path -> "/eventbus/..%00" + path,
            path -> "/eventbus" + path,
            path -> "/health/live/../.." + path,
            path -> "/health/ready/%2e%2e/%2e%2e" + path,
            path -> "/health/live;/../.." + path,
            path -> "/health/live%2f..%2f.." + path,
            path -> "/health/live?" + "/../.." + path.replace('?', '&') + " HTTP/1.1 HTTP",
            path -> "/health/.." + path,
            path -> "//" + path.substring(1),
            path -> "/./" + path.substring(1),
            path -> "/x/.." + path,
            path -> "///eventbus/.." + path,
            path -> path + "/",
            path -> path + "//",
            path -> path + "/.",
            path -> path + ";a=b",
            path -> path + "%00",
            path -> path + "%20",
            path -> path + "\0",
            path -> path + "#/eventbus/",
            path -> path.toUpperCase(Locale.ROOT),
            path -> path.replace("a", "%61"),
            path -> path.replace("a", "%2561"),
            path -> path.replace("/", "%2f"),
            path -> path.replace("/", "\\"),
            path -> path.substring(1),
            path -> "http://localhost" + path,
            path -> "http://localhost/eventbus/.." + path,
            path -> "HTTP://x@localhost//eventbus/%2e%2e" + path,
            path -> "http:/eventbus/.." + path,
            path -> "//eventbus/.." + path,
            path -> "ws://localhost/eventbus/.." + path,
            path -> "/health/live" + path.replace("/", "%2f..%2f"));

    /** The status of the answer, or 0 without an answer. */
    private int status(String method, String target, String headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_S * 1_000);
            String request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String line = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9)) : 0;
        }
    }

    @Test
    void shouldNotLetAnybodyByInDisguise() throws IOException {
        ExchangeSimulator exchange = exchange(quiet());
        serve(new HttpVerticle(
                CLOSED, registry, List.of("btc"), new SockJsBridgeConfig(List.of(), BridgeConfig.of("btc"))));
        deploy(config("btc", exchange.url(PATH), 2));
        String bearer = "Authorization: Bearer " + TOKEN + "\r\n";
        eventually(() -> status("GET", "/api/gaps?feed=btc", bearer) == 200);

        List<String> through = new ArrayList<>();
        for (String route : ROUTES) {
            for (UnaryOperator<String> disguise : DISGUISES) {
                String target = disguise.apply(route);
                for (String method : List.of("GET", "HEAD", "POST")) {
                    int status = status(method, target, "Content-Length: 0\r\n");
                    // paths that lead to the bridge or to health are open
                    if (status != 0 && status != 400 && status != 401 && status != 404) {
                        through.add(method + " " + target + " → " + status);
                    }
                }
            }
        }

        assertThat(through).filteredOn(each -> !isOpen(each)).isEmpty();
        assertThat(status("GET", "/eventbus/../api/status", bearer))
                .as("the router goes that way")
                .isEqualTo(200);
        assertThat(status("GET", "/eventbus/info", "")).isEqualTo(200);
        assertThat(status("OPTIONS", "/eventbus/../api/tail", "")).isEqualTo(401);
    }

    /** The bridge answers at {@code /eventbus/}; a query after a health path is not part of the path. */
    private static boolean isOpen(String each) {
        return each.matches("(GET|HEAD) /eventbus/* → 200") || each.matches("(GET|HEAD) /health/live\\?.* → 200");
    }
}
