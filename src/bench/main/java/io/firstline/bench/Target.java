package io.firstline.bench;

import io.vertx.core.json.JsonObject;

/**
 * The target and the type of a client.
 *
 * @param feeds number of feeds, each with {@code connections} connections and a separate consumer
 * @param url without a path
 * @param pem the certificate to trust, or empty
 * @param timed whether clients read the age of a message; raw ones otherwise only count, the others also read its number
 * @param tapped whether the arrival of every copy is recorded below the client, for the ideal
 * @param form the messages, and the profile with which a pool reads them
 * @param nativeTransport epoll if available; otherwise NIO
 */
record Target(
        Variant variant,
        int feeds,
        int connections,
        String url,
        String pem,
        boolean timed,
        boolean tapped,
        MessageForm form,
        boolean nativeTransport) {

    static Target fromJson(JsonObject json) {
        return new Target(
                Variant.valueOf(json.getString("variant")),
                json.getInteger("feeds"),
                json.getInteger("connections"),
                json.getString("url"),
                json.getString("pem"),
                json.getBoolean("timed"),
                json.getBoolean("tapped"),
                MessageForm.valueOf(json.getString("form")),
                json.getBoolean("nativeTransport"));
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("variant", variant.name())
                .put("feeds", feeds)
                .put("connections", connections)
                .put("url", url)
                .put("pem", pem)
                .put("timed", timed)
                .put("tapped", tapped)
                .put("form", form.name())
                .put("nativeTransport", nativeTransport);
    }

    boolean isTls() {
        return !pem.isEmpty();
    }

    /** Feeds are served one after the other, evenly spread: see {@link FeedServer}. */
    String url(int feed) {
        return url + "/" + (feeds == 1 ? "" : feed * 100L / feeds);
    }
}
