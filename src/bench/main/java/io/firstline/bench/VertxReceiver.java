package io.firstline.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.ArrayList;
import java.util.List;

/** The baseline: a Vert.x client that only counts frames. */
final class VertxReceiver implements Receiver {
    private final Target target;
    private final ContextInternal context;
    private final WebSocketClient client;
    private final Consumption consumption = new Consumption();
    private final List<WebSocket> sockets = new ArrayList<>();
    private long copies;
    private int live;

    VertxReceiver(Vertx vertx, Target target) {
        this.target = target;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        WebSocketClientOptions options = new WebSocketClientOptions().setMaxConnections(target.connections());
        if (target.isTls()) {
            options.setSsl(true).setTrustOptions(new PemTrustOptions().addCertPath(target.pem()));
            if (OpenSSLEngineOptions.isAvailable()) {
                options.setSslEngineOptions(new OpenSSLEngineOptions());
            }
        }
        this.client = vertx.createWebSocketClient(options);
    }

    @Override
    public Future<Void> open() {
        Promise<Void> opened = Promise.promise();
        context.runOnContext(v -> {
            List<Future<WebSocket>> all = new ArrayList<>();
            for (int i = 0; i < target.connections(); i++) {
                all.add(client.connect(new WebSocketConnectOptions().setAbsoluteURI(target.url(0)))
                        .onSuccess(this::opened));
            }
            Future.all(all).<Void>mapEmpty().onComplete(opened);
        });
        return opened.future();
    }

    private void opened(WebSocket socket) {
        live++;
        sockets.add(socket);
        socket.closeHandler(v -> live--);
        socket.frameHandler(target.timed() ? this::timed : this::counted);
    }

    private void counted(WebSocketFrame frame) {
        if (frame.isText()) {
            copies++;
        }
    }

    private void timed(WebSocketFrame frame) {
        if (frame.isText()) {
            copies++;
            consumption.copy(frame.binaryData());
        }
    }

    @Override
    public Future<Standing> standing() {
        Promise<Standing> standing = Promise.promise();
        context.runOnContext(v -> standing.complete(new Standing(live, copies, 0, target.connections() - live)));
        return standing.future();
    }

    @Override
    public List<Consumer> consumers() {
        return target.timed() ? List.of(new Consumer((Context) context, consumption)) : List.of();
    }

    @Override
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(
                v -> Future.join(sockets.stream().map(WebSocket::close).toList())
                        .<Void>mapEmpty()
                        .onComplete(closed));
        return closed.future().transform(all -> client.close());
    }
}
