package io.firstline.simulator;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Answers plain HTTP requests on Binance's paths: the time, and the order book of a symbol. */
final class RestApi {
    private static final String DEFAULT_LIMIT = "100";

    private final Map<String, Function<HttpServerRequest, Optional<String>>> answers = Map.of(
            "/api/v3/time", request -> time(),
            "/fapi/v1/time", request -> time(),
            "/api/v3/depth", request -> depth(request, DataForm.SPOT_MILLIS),
            "/fapi/v1/depth", request -> depth(request, DataForm.FUTURES_MILLIS));
    private final Function<String, Optional<OrderBook>> books;
    private final EventJson json = new EventJson();

    /** Makes it with the present books by upper-case symbol. */
    RestApi(Function<String, Optional<OrderBook>> books) {
        this.books = books;
    }

    void answer(HttpServerRequest request) {
        Function<HttpServerRequest, Optional<String>> known = answers.get(request.path());
        if (known == null || !request.method().equals(HttpMethod.GET)) {
            request.response().setStatusCode(404).end();
            return;
        }
        Optional<String> body = known.apply(request);
        request.response()
                .setStatusCode(body.isPresent() ? 200 : 400)
                .putHeader("Content-Type", "application/json")
                .end(body.orElse("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"));
    }

    private static Optional<String> time() {
        return Optional.of("{\"serverTime\":" + Emitter.nowUs() / 1_000 + "}");
    }

    private Optional<String> depth(HttpServerRequest request, DataForm form) {
        String limit = request.getParam("limit", DEFAULT_LIMIT);
        int levels = limit.matches("\\d{1,4}") ? Integer.parseInt(limit) : BookWalk.MAX_LEVELS;
        return books.apply(request.getParam("symbol", "")).map(book -> json.snapshot(book, levels, form));
    }
}
