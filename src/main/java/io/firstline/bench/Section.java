package io.firstline.bench;

/** A part of the benchmark that can be run alone. */
enum Section {
    THROUGHPUT("Throughput: as much as the client takes"),
    CONNECTIONS("Throughput by connections"),
    WATCHED("Throughput with metrics, HTTP and somebody who looks at the page, 5 connections"),
    TLS("Throughput over TLS, 5 connections"),
    LATENCY("Latency from the intended time of sending to the consumer, 5 connections"),
    LAG("Delivered lag beside the ideal: 5 connections that lag as recorded ones do"),
    FEEDS("Many feeds: 5 connections each, 200 messages/s each"),
    STARTUP("Start-up: from launch to the first merged message");

    private final String title;

    Section(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
