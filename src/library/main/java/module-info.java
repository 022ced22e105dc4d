/**
 * Redundant WebSocket connections to one feed, arbitrated into one stream. Begin with {@link io.firstline.feed.WsPool},
 * or deploy {@link io.firstline.deploy.PoolVerticle}. Packages that are not exported may change in any release.
 */
@SuppressWarnings("module")
module io.firstline {
    requires transitive io.vertx.core;
    requires com.fasterxml.jackson.databind;
    requires com.dynatrace.hash4j;
    requires com.networknt.schema;
    requires HdrHistogram;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.compression;
    requires io.netty.codec.dns;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler.proxy;
    requires io.netty.resolver;
    requires io.netty.resolver.dns;
    requires io.netty.transport;
    requires io.vertx.web.client;
    requires io.vertx.web.common;
    requires org.slf4j;

    exports io.firstline.arbitration.report;
    exports io.firstline.bus;
    exports io.firstline.config;
    exports io.firstline.config.problem;
    exports io.firstline.connection.report;
    exports io.firstline.deploy;
    exports io.firstline.feed;
    exports io.firstline.feed.report;
    exports io.firstline.replay;
    exports io.firstline.stream;

    // the other artifacts of Firstline, which may be missing
    exports io.firstline.bus.publish to
            io.firstline.cluster;
    exports io.firstline.deploy.node to
            io.firstline.cluster;
    exports io.firstline.config.check to
            io.firstline.cluster,
            io.firstline.simulator;
    exports io.firstline.config.feed to
            io.firstline.cluster;
    exports io.firstline.arbitration to
            io.firstline.cluster;
    exports io.firstline.connection to
            io.firstline.cluster;
    exports io.firstline.replay.retention to
            io.firstline.cluster;
    exports io.firstline.recording to
            io.firstline.simulator;

    provides io.vertx.core.spi.VerticleFactory with
            io.firstline.bus.publish.CodecRegistration;
}
