package io.firstline.feed.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.firstline.config.venue.Acks;
import io.firstline.payload.MsgpackTree;
import io.firstline.payload.Payload;
import java.io.IOException;
import java.util.List;

/** A message that may be the reply to a request. Its lists are valid only until the next message is read. */
public final class Reply {
    /** Longer messages are not searched for lists, bytes. */
    static final int MAX_BYTES = 1 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final long id;
    private final String refusal;
    private final List<String> words;
    private final Acks acks;
    private final Payload payload;
    private JsonNode tree;

    /**
     * Creates a reply.
     *
     * @param id the id of the request; 0 = none
     * @param refusal the error, in the server's words if it has any; null = it reports none
     * @param words the words of the stream that it is about; empty = it names none
     */
    public Reply(long id, String refusal, List<String> words, Acks acks, Payload payload) {
        this.id = id;
        this.refusal = refusal;
        this.words = words;
        this.acks = acks;
        this.payload = payload;
    }

    public long id() {
        return id;
    }

    public String refusal() {
        return refusal;
    }

    public List<String> words() {
        return words;
    }

    /** Returns whether the server replies to each stream of a request. */
    public boolean isByStream() {
        return !acks.stream().isEmpty();
    }

    /** Returns the accepted streams; null = the message has no such list. */
    public ListedStreams accepted() {
        return listAt(acks.accepted());
    }

    /** Returns the rejected streams; null = the message has no such list. */
    public ListedStreams refused() {
        return listAt(acks.refused());
    }

    private ListedStreams listAt(String pointer) {
        if (pointer.isEmpty()) {
            return null;
        }
        if (tree == null) {
            tree = parsed();
        }
        JsonNode list = tree.at(pointer);
        return list.isContainerNode() ? new ListedStreams(list, words) : null;
    }

    private JsonNode parsed() {
        if (payload.length() > MAX_BYTES) {
            return MissingNode.getInstance();
        }
        if (!payload.isText()) {
            return MsgpackTree.of(payload.array(), payload.from(), payload.from() + payload.length());
        }
        try {
            return JSON.readTree(payload.array(), payload.from(), payload.length());
        } catch (IOException e) {
            return MissingNode.getInstance(); // not JSON where the reader of keys does not look
        }
    }
}
