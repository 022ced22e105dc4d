package io.firstline.deploy.node;

import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The part of a node that is not in a cluster: it publishes everything. */
final class OnlyNode implements ClusterPart {
    private volatile FeedPublisher publisher;

    OnlyNode(FeedPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void publish(FeedMessage message) {
        publisher.publish(message);
    }

    @Override
    public void publish(FeedEvent event) {
        publisher.publish(event);
    }

    @Override
    public void publishAside(FeedEvent event) {
        publisher.publish(event);
    }

    @Override
    public void changed(FeedPublisher next, boolean inStep) {
        publisher = next;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void look(List<FeedActivity> pools) {}

    @Override
    public boolean isPublishing() {
        return true;
    }

    @Override
    public int publishingEpoch() {
        return 0;
    }

    @Override
    public void subscriptionsChanged() {}

    @Override
    public void linesWanted() {
        NONE.linesWanted();
    }

    @Override
    public RetentionBuffer line(String name) {
        return NONE.line(name);
    }

    @Override
    public JsonObject addTo(JsonObject status) {
        return status;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
