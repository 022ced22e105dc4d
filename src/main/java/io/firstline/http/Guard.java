package io.firstline.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.function.Predicate;

/**
 * Stands before every route of one listener. A route is made here together with its rule, so no request reaches a handler by a path for
 * which another rule was read.
 */
final class Guard {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final int LONGEST_ADDRESS = 45;

    private final Router router;
    private final Access access;
    private final Predicate<String> welcomed;

    /**
     * Begins with the routes of a listener: its first handler is here.
     *
     * @param connections those of the listener
     * @param welcomed whether the pages of an origin may use the bridge
     */
    Guard(Router router, Access access, OpenConnections connections, Predicate<String> welcomed) {
        this.router = router;
        this.access = access;
        this.welcomed = welcomed;
        router.route().handler(request -> {
            connections.spoke(request.request().connection(), System.nanoTime());
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

    /** A path that is read, by GET or HEAD. */
    Route reading(Access.Rule rule, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(ruleOf(rule));
    }

    /** A path to which somebody posts what is to be done. */
    Route acting(String path) {
        return router.post(path).handler(ruleOf(Access.Rule.ACT));
    }

    /** Of a kind that may stand before one which reads the body. */
    private SecurityPolicyHandler ruleOf(Access.Rule rule) {
        return request -> decide(rule, request);
    }

    /** What has no route takes a token like everything else: to be called after all routes are made. */
    void rest() {
        router.route().last().handler(request -> {
            HttpMethod method = request.request().method();
            boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
            decide(reads ? Access.Rule.READ : Access.Rule.ACT, request);
        });
        router.route().last().handler(request -> Answers.error(request, 404, "nothing is served here"));
    }

    boolean maySeeDetails(RoutingContext request) {
        return access.maySeeDetails(facts(request.request()), System.nanoTime());
    }

    private void decide(Access.Rule rule, RoutingContext request) {
        switch (access.decide(rule, facts(request.request()), System.nanoTime())) {
            case GRANTED -> request.next();
            case FOREIGN -> Answers.error(request, 403, "not for pages of others");
            case SWITCHED_OFF -> Answers.error(request, 403, "nothing but reading: \"control\" is not switched on");
            case TOO_MANY_GUESSES -> {
                request.response().putHeader("Retry-After", "1");
                Answers.error(request, 429, "too many wrong tokens from this address");
            }
            case TOKEN_NEEDED -> {
                // where all takes a token a browser is to ask for it; where only a button does, the page asks itself
                request.response()
                        .putHeader("WWW-Authenticate", access.isClosed() ? "Basic realm=\"Firstline\"" : "Bearer");
                Answers.error(request, 401, "a token is needed");
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
                origin != null && welcomed.test(origin),
                request.getHeader("Authorization"),
                address(request));
    }

    /** Behind a proxy on this machine: whom the proxy serves, if it says so. */
    private static String address(HttpServerRequest request) {
        String address =
                request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
        String forwarded = request.getHeader("X-Forwarded-For");
        if (forwarded == null || !(address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1"))) {
            return address;
        }
        String last = forwarded.substring(forwarded.lastIndexOf(',') + 1).trim();
        return last.length() > LONGEST_ADDRESS || !last.matches("[0-9A-Fa-f:.]+") ? address : last;
    }
}
