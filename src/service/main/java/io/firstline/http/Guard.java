package io.firstline.http;

import io.firstline.bridge.OpenConnections;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.List;
import java.util.function.Predicate;

/**
 * Guards every route of one listener. Each route is made here together with its rule, so no path can reach a handler
 * under another route's rule.
 */
final class Guard {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final int LONGEST_ADDRESS = 45;

    private final Router router;
    private final Access access;
    private final Predicate<String> allowedOrigin;

    /**
     * Adds the first handler of a listener.
     *
     * @param connections the listener's connections
     * @param allowedOrigin whether pages of an origin may use the bridge
     */
    Guard(Router router, Access access, OpenConnections connections, Predicate<String> allowedOrigin) {
        this.router = router;
        this.access = access;
        this.allowedOrigin = allowedOrigin;
        router.route().handler(request -> {
            connections.requested(request.request().connection());
            request.response()
                    .putHeader("Content-Security-Policy", POLICY)
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader("X-Frame-Options", "DENY")
                    .putHeader("Referrer-Policy", "no-referrer")
                    .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                    .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                    .putHeader("Cache-Control", "no-store");
            request.next();
        });
    }

    /** Makes a route for GET and HEAD. */
    Route reading(Access.Rule rule, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(ruleOf(rule));
    }

    /** Makes a route for POST. */
    Route acting(String path) {
        return router.post(path).handler(ruleOf(Access.Rule.ACT));
    }

    /** A security handler, because Vert.x allows that kind before the body handler. */
    private SecurityPolicyHandler ruleOf(Access.Rule rule) {
        return request -> decide(rule, request);
    }

    /** Protects all other paths with the token. Call it after all routes are made. */
    void rest() {
        router.route().last().handler(request -> {
            HttpMethod method = request.request().method();
            boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
            decide(reads ? Access.Rule.READ : Access.Rule.ACT, request);
        });
        router.route().last().handler(request -> HttpAnswers.error(request, 404, "not found"));
    }

    boolean maySeeDetails(RoutingContext request) {
        return access.maySeeDetails(facts(request.request()), System.nanoTime());
    }

    private void decide(Access.Rule rule, RoutingContext request) {
        switch (access.decide(rule, facts(request.request()), System.nanoTime())) {
            case GRANTED -> request.next();
            case FOREIGN -> HttpAnswers.error(request, 403, "requests from foreign pages are rejected");
            case SWITCHED_OFF -> HttpAnswers.error(request, 403, "commands are off: \"control\" is false");
            case TOO_MANY_GUESSES -> {
                request.response().putHeader("Retry-After", "1");
                HttpAnswers.error(request, 429, "too many wrong tokens from this address");
            }
            case TOKEN_NEEDED -> {
                // if everything needs a token, the browser must ask for it; if only a button needs it, the page asks
                // itself
                request.response()
                        .putHeader("WWW-Authenticate", access.isClosed() ? "Basic realm=\"Firstline\"" : "Bearer");
                HttpAnswers.error(request, 401, "token required");
            }
        }
    }

    private Access.Facts facts(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        return new Access.Facts(
                request.getHeader("Host"),
                origin,
                request.getHeader("Sec-Fetch-Site"),
                request.getHeader("Sec-Fetch-Mode"),
                origin != null && allowedOrigin.test(origin),
                request.getHeader("Authorization"),
                address(request));
    }

    /**
     * The client's address; behind a proxy on this machine, the address that the proxy reports, if any: the last one of
     * the last header, because a client may send others before it.
     */
    private static String address(HttpServerRequest request) {
        String address =
                request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
        List<String> headers = request.headers().getAll("X-Forwarded-For");
        if (headers.isEmpty() || !(address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1"))) {
            return address;
        }
        String forwarded = headers.get(headers.size() - 1);
        String last = forwarded.substring(forwarded.lastIndexOf(',') + 1).trim();
        return last.length() > LONGEST_ADDRESS || !last.matches("[0-9A-Fa-f:.]+") ? address : last;
    }
}
