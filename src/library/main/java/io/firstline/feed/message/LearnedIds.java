package io.firstline.feed.message;

import io.firstline.payload.KeyValues;
import io.firstline.payload.Printable;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The ids that a server has given to the streams of one connection, bounded. A stream has one id: its last one. Pure; used
 * on the feed's context.
 */
public final class LearnedIds {
    /** The most ids: as many as there are streams. */
    static final int MAX_IDS = StreamTable.MAX_STREAMS;
    /** The longest id, bytes. */
    static final int MAX_LENGTH = 128;

    private static final int MAX_WORDS = 80;

    /**
     * An id.
     *
     * @param json the id in the form that it has in messages
     * @param hash of the stream's name
     * @param own the id of the feed's own in its place; 0 = messages keep the server's
     */
    record Id(String json, String stream, long hash, long own) {}

    private final LongObjectMap<Id> byHash = new LongObjectHashMap<>();
    private final Map<String, Long> hashOf = new HashMap<>();
    /** Streams that the server was asked to end: their ids are the first ones to forget. */
    private final Set<String> ended = new HashSet<>();

    private boolean news;
    /** Null = none. */
    private String problem;

    /** Returns the stream with this hash of an id; null = not known. */
    Id get(long idHash) {
        return byHash.get(idHash);
    }

    /** Returns the id of a stream as JSON; null = not known. */
    public String of(String stream) {
        Long hash = hashOf.get(stream);
        return hash == null ? null : byHash.get(hash).json();
    }

    /** The server was asked to end a stream. It may still send messages with its id. */
    public void ended(String stream) {
        if (hashOf.containsKey(stream)) {
            ended.add(stream);
        }
    }

    /**
     * The server gives an id to a stream.
     *
     * @param stream its name; null = not known
     * @param own the id of the feed's own in its place; 0 = none
     */
    void learn(KeyValues read, int pointer, String stream, long own) {
        String id = read.length(pointer) > MAX_LENGTH ? null : read.json(pointer);
        if (!isId(id)) {
            problem("tells an id that is no number or text of at most " + MAX_LENGTH + " bytes");
        } else if (stream == null || !StreamTable.isName(stream)) {
            problem("gives the id " + shown(id) + " to no stream that the feed knows");
        } else {
            learn(read.hash(pointer), new Id(id, stream, NameHash.of(stream), own));
        }
    }

    static boolean isId(String json) {
        return json != null && (json.startsWith("\"") || json.startsWith("-") || Character.isDigit(json.charAt(0)));
    }

    private void learn(long hash, Id id) {
        Id before = byHash.get(hash);
        if (before == null && byHash.size() >= MAX_IDS && !hashOf.containsKey(id.stream()) && !forgetEnded()) {
            problem("gives more than " + MAX_IDS + " ids to streams; further ones are ignored");
            return;
        }
        if (before != null && !before.stream().equals(id.stream())) {
            if (!ended.remove(before.stream())) {
                problem("gives the id " + shown(id.json()) + " of " + Printable.of(before.stream(), MAX_WORDS) + " to "
                        + Printable.of(id.stream(), MAX_WORDS));
            }
            hashOf.remove(before.stream());
        }
        Long former = hashOf.put(id.stream(), hash);
        if (former != null && former != hash) {
            byHash.remove((long) former);
        }
        byHash.put(hash, id);
        ended.remove(id.stream());
        news = true;
    }

    private boolean forgetEnded() {
        ended.forEach(stream -> byHash.remove((long) hashOf.remove(stream)));
        ended.clear();
        return byHash.size() < MAX_IDS;
    }

    private void problem(String words) {
        problem = "the server " + words;
    }

    private static String shown(String id) {
        return Printable.of(id, MAX_WORDS);
    }

    /** Returns whether an id was learned since the last call. */
    public boolean takeNews() {
        boolean was = news;
        news = false;
        return was;
    }

    /** Returns what was wrong since the last call, in words; null = nothing. */
    public String takeProblem() {
        String was = problem;
        problem = null;
        return was;
    }
}
