package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import java.util.List;

/**
 * The messages that a feed published in one turn of its event loop: the body on the event bus of a feed with
 * {@code "body": "batch"}. Published at the end of the turn, when single messages would be delivered too. Shared by all consumers of the
 * node; other nodes do not get it.
 *
 * @param messages at least one and at most {@value #MOST}, in the order of their numbers; cannot be changed
 */
public record FeedBatch(List<FeedMessage> messages) {
    /** More messages of one turn are published in several batches. */
    public static final int MOST = 256;

    /** Makes a batch with a copy of the list. */
    public FeedBatch {
        messages = List.copyOf(messages);
    }
}
