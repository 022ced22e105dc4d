package io.firstline.bench;

import java.util.Arrays;
import java.util.List;

/** The kinds of clients. All connections of one client run on one event loop. */
enum Variant {
    NETTY("raw Netty", 1, 32),
    VERTX("raw Vert.x", 1, 32),
    SINGLE("WsSingle → handler", 1, 1),
    STREAM("WsPool → stream", 2, 32),
    BUS("WsPool → bus", 2, 32),
    BUS_OTHER("WsPool → bus, other loop", 2, 32),
    /** With {@code "body": "batch"}. */
    BUS_BATCH("WsPool → bus, batches", 2, 32),
    /** The service with all features that an operator can enable. */
    BUS_WATCHED("WsPool → bus, watched", 2, 32);

    /** The variants to compare with each other; the cost of watching is a separate question. */
    static final List<Variant> UNWATCHED =
            Arrays.stream(values()).filter(variant -> variant != BUS_WATCHED).toList();

    private final String label;
    private final int fewest;
    private final int most;

    Variant(String label, int fewest, int most) {
        this.label = label;
        this.fewest = fewest;
        this.most = most;
    }

    String label() {
        return label;
    }

    boolean canHave(int connections) {
        return fewest <= connections && connections <= most;
    }
}
