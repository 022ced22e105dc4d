package io.firstline.deploy.node;

import io.firstline.bus.FeedSink;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.replay.retention.NodeLines;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** This node's part in publishing a feed: takes what its pools deliver, and publishes it if it is this node's turn. */
public interface ClusterPart extends FeedSink, NodeLines {

    /** Creates the part of a node when the feed starts. */
    interface Factory {
        /** A feed that this node alone receives. */
        Factory ONLY_NODE = new Factory() {
            @Override
            public boolean isShared() {
                return false;
            }

            @Override
            public ClusterPart create(FeedPublisher publisher) {
                publisher.retention().begin(0);
                return new OnlyNode(publisher);
            }
        };

        /** Whether other nodes receive the feed too, and continue its numbers. */
        boolean isShared();

        ClusterPart create(FeedPublisher publisher);
    }

    /** Whether other nodes receive the feed too. */
    boolean isShared();

    /** Takes what the pools report; called several times a second if the feed is shared. */
    void look(List<FeedActivity> pools);

    /**
     * Publishes an event of pools that do not deliver yet, or no longer: it says nothing about what this node receives.
     */
    void publishAside(FeedEvent event);

    /**
     * The feed has another configuration: other pools deliver from now on, and all of them are connected.
     *
     * @param publisher publishes by that configuration
     * @param inStep whether no message is missing between the old pools and the new ones, as far as is known
     */
    void changed(FeedPublisher publisher, boolean inStep);

    /** Whether this node publishes the feed. */
    boolean isPublishing();

    /** Returns the epoch in which this node publishes the feed now; 0 = it does not, or the feed is not shared. */
    int publishingEpoch();

    /** The owner's run-time changes have arrived and are applied here. */
    void subscriptionsChanged();

    /** Adds this node's part to the status of the feed; returns it. */
    JsonObject addTo(JsonObject status);

    /** The feed is closed: nothing more is published. */
    Future<Void> close();
}
