package io.firstline.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Sends answers. An answer to HEAD has the same headers as one to GET. */
final class HttpAnswers {
    private HttpAnswers() {}

    static void json(RoutingContext request, int code, JsonObject body) {
        request.response().setStatusCode(code);
        send(request, "application/json; charset=utf-8", body.toBuffer());
    }

    static void error(RoutingContext request, int code, String what) {
        json(request, code, new JsonObject().put("error", what));
    }

    static void send(RoutingContext request, String type, Buffer body) {
        request.response().putHeader("Content-Type", type);
        if (asksForHeadersOnly(request)) {
            request.response()
                    .putHeader("Content-Length", Integer.toString(body.length()))
                    .end();
        } else {
            request.response().end(body);
        }
    }

    static boolean asksForHeadersOnly(RoutingContext request) {
        return request.request().method().equals(HttpMethod.HEAD);
    }
}
