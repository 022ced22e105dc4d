package io.firstline.learn;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Everything that was found about a kind of stream.
 *
 * @param kind with its messages as received
 * @param items pointer to an array that connections group differently; null if there is none
 * @param copies what the copies have in common
 * @param link how a number continues
 * @param key the members that identify a message in its stream; none if only the bytes do
 */
record KindFindings(
        StreamGroup kind, String items, CopyDifferences copies, Optional<NumberLinks.Found> link, List<String> key) {
    private static final Pattern ID = Pattern.compile("(?i).*id|i|hash|nonce|seq.*");
    private static final int LEAST_FOR_AN_ID = 10;
    private static final double NEARLY_ALL = 0.9;
    private static final double SAME = 0.98;

    static KindFindings of(StreamGroup kind) {
        String items = ItemGrouping.array(kind).orElse(null);
        StreamGroup read = items == null ? kind : ItemGrouping.cut(kind, items);
        CopyDifferences copies = CopyDifferences.of(read);
        Optional<NumberLinks.Found> link = new NumberLinks(read, copies.ignore()).best();
        // two messages may have the same time: if their bytes are equal on all connections, the bytes identify them
        List<String> key = link.filter(found -> !found.time() || copies.shareWithout() < SAME)
                .map(found -> key(read, found))
                .orElseGet(() -> idKey(read, copies.ignore()));
        return new KindFindings(kind, items, copies, link, read.isShared(key) ? key : List.of());
    }

    /** The numbers of the link, and if they are not unique the members that tell a snapshot from the rest. */
    private static List<String> key(StreamGroup kind, NumberLinks.Found link) {
        Set<String> numbers = new LinkedHashSet<>();
        if (link.link() == NumberLinks.Link.PLUS_ONE) {
            numbers.add(link.first());
        }
        numbers.add(link.last());
        List<String> key = new ArrayList<>(numbers);
        if (isUnique(kind, key)) {
            return key;
        }
        key.addAll(link.resets().keySet());
        if (isUnique(kind, key)) {
            return key;
        }
        if (!key.contains(link.first())) {
            key.add(link.first());
        }
        return isUnique(kind, key) ? key : List.of();
    }

    /** An id, of the first and the last element if it is in an array. */
    private static List<String> idKey(StreamGroup kind, List<String> differing) {
        List<ReadMessage> messages = kind.messages();
        if (messages.size() - kind.runs().size() < LEAST_FOR_AN_ID) {
            return List.of(); // one message in each stream: everything would be unique
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        messages.forEach(message -> message.shape().forEach(pointer -> {
            if (ID.matcher(StreamMembers.last(pointer)).matches()
                    && !pointer.contains("/-1/")
                    && !differing.contains(pointer)) {
                counts.merge(pointer, 1, Integer::sum);
            }
        }));
        for (Map.Entry<String, Integer> each : counts.entrySet()) {
            String last = each.getKey().replaceFirst("/0/", "/-1/");
            List<String> key = last.equals(each.getKey()) ? List.of(last) : List.of(each.getKey(), last);
            if (each.getValue() >= messages.size() * NEARLY_ALL && isUnique(kind, key) && kind.isShared(key)) {
                return key;
            }
        }
        return List.of();
    }

    /** Whether no two messages of a stream have the key, except repeats of the same bytes. */
    private static boolean isUnique(StreamGroup kind, List<String> key) {
        return kind.runs().stream().allMatch(run -> {
            Map<String, String> texts = new HashMap<>();
            return run.messages().stream().allMatch(message -> {
                String known = texts.putIfAbsent(StreamGroup.value(message, key), message.text());
                return known == null || known.equals(message.text());
            });
        });
    }

    List<String> ignore() {
        return copies.ignore();
    }

    /** Whether the copies of a message would be taken for different messages. */
    boolean isUnmatched() {
        return kind.connections() > 1 && key.isEmpty() && copies.shareWithout() < NEARLY_ALL;
    }

    /** The class in a profile; empty if bytes are all there is. */
    Optional<JsonObject> json() {
        if (key.isEmpty() && link.isEmpty() && ignore().isEmpty() && items == null) {
            return Optional.empty();
        }
        JsonObject json = new JsonObject().put("match", kind.match());
        if (!key.isEmpty()) {
            json.put("key", new JsonArray(key));
        }
        if (!ignore().isEmpty()) {
            json.put("ignore", new JsonArray(ignore()));
        }
        if (items != null) {
            json.put("items", items);
        }
        link.ifPresent(found -> json.put("sequence", sequence(found)));
        return Optional.of(json);
    }

    private static JsonObject sequence(NumberLinks.Found found) {
        JsonObject json = new JsonObject().put("link", found.link().label()).put("last", JsonArray.of(found.last()));
        if (!found.first().equals(found.last())) {
            json.put(found.link() == NumberLinks.Link.PREVIOUS ? "previous" : "first", JsonArray.of(found.first()));
        }
        if (!found.resets().isEmpty()) {
            JsonArray resets = new JsonArray();
            found.resets().forEach((pointer, value) -> resets.add(VenueProposal.sign(pointer, List.of(value))));
            json.put("reset", resets);
        }
        return json;
    }
}
