package io.firstline.bench;

/** A part of the benchmark that can be run separately. */
enum Section {
    THROUGHPUT("Throughput: as much as the client can receive"),
    CONNECTIONS("Throughput by connections"),
    WATCHED("Throughput with metrics, HTTP and an open page, 5 connections"),
    PROFILES("Throughput with a venue's profile, 5 connections; equal = messages of the same bytes on all of them"),
    TLS("Throughput over TLS, 5 connections"),
    LATENCY("Latency from the intended sending time to the consumer, 5 connections"),
    LAG("Delivered lag and the ideal: 5 connections with lags like recorded ones"),
    FEEDS("Many feeds: 5 connections each, 200 messages/s each"),
    RELAY("Relay: delivered to all clients together, M messages/s"),
    NODES("Consumers on other nodes: messages of 200 bytes, thousands a second to each"),
    STARTUP("Start-up: from launch to the first merged message"),
    PEERS("Ways to merge redundant connections: three lines of a feed");

    private final String title;

    Section(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
