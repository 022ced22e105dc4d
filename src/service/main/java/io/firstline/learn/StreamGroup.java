package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Streams that differ only in their instrument, with the messages of each stream on each connection.
 *
 * @param name for people
 * @param match a regular expression that is found in the names of these streams
 * @param runs the messages of one stream on one connection, in order
 */
record StreamGroup(String name, String match, List<Run> runs) {
    /** The messages of a stream on a connection. */
    record Run(String stream, int connection, List<ReadMessage> messages) {}

    /** Further kinds are put together; a profile that long helps nobody. */
    private static final int MAX_KINDS = 64;

    private static final Pattern TOKEN = Pattern.compile("[^@:./ ]+");
    private static final Pattern INSTRUMENT = Pattern.compile("[A-Z0-9]*[A-Z][A-Z0-9]*([-_/][A-Z0-9]+)*");
    private static final Pattern LOWER_INSTRUMENT = Pattern.compile("[a-z0-9]{5,20}");
    private static final Pattern BEGINNING = Pattern.compile("(.*[_@:./-])[^_@:./-]+");
    private static final int LEAST_INSTRUMENT = 3;

    static List<StreamGroup> of(List<ReadMessage> data, StreamMembers members) {
        Map<String, Map<String, Run>> kinds = new LinkedHashMap<>();
        Map<String, String> patterns = new LinkedHashMap<>();
        for (ReadMessage message : data) {
            patterns.computeIfAbsent(members.name(message), name -> pattern(name, message, members));
        }
        joinAlike(patterns);
        for (ReadMessage message : data) {
            String stream = members.name(message);
            String pattern = patterns.get(stream);
            if (!kinds.containsKey(pattern) && kinds.size() >= MAX_KINDS) {
                pattern = "";
            }
            kinds.computeIfAbsent(pattern, any -> new LinkedHashMap<>())
                    .computeIfAbsent(
                            message.connection() + " " + stream,
                            any -> new Run(stream, message.connection(), new ArrayList<>()))
                    .messages()
                    .add(message);
        }
        List<StreamGroup> found = new ArrayList<>();
        kinds.forEach((pattern, runs) ->
                found.add(new StreamGroup(unique(found, title(pattern)), pattern, List.copyOf(runs.values()))));
        return found;
    }

    /** Joins names that differ only behind their last separator, such as book_btcusd and book_ethusd. */
    private static void joinAlike(Map<String, String> patterns) {
        Map<String, Set<String>> byBeginning = new LinkedHashMap<>();
        patterns.forEach((name, pattern) -> {
            Matcher parts = BEGINNING.matcher(name);
            if (pattern.equals("^" + quoted(name) + "$") && parts.matches()) {
                byBeginning
                        .computeIfAbsent(parts.group(1), any -> new LinkedHashSet<>())
                        .add(name);
            }
        });
        byBeginning.forEach((beginning, names) -> {
            if (names.size() > 1) {
                names.forEach(name -> patterns.put(name, "^" + quoted(beginning)));
            }
        });
    }

    /** The regular expression of the streams that are like this one. */
    private static String pattern(String name, ReadMessage example, StreamMembers members) {
        if (members.pointers().size() > 1) {
            String first = example.textAt(members.pointers().get(0));
            if (first != null && !first.isEmpty()) {
                return "^" + quoted(first) + "( |$)";
            }
        }
        StringBuilder pattern = new StringBuilder("^");
        Matcher token = TOKEN.matcher(name);
        int end = 0;
        boolean replaced = false;
        while (token.find()) {
            pattern.append(quoted(name.substring(end, token.start())));
            boolean instrument = isInstrument(token.group(), example);
            replaced |= instrument;
            pattern.append(instrument ? "[^ ]+" : quoted(token.group()));
            end = token.end();
        }
        pattern.append(quoted(name.substring(end)));
        return pattern.append(replaced || !name.isEmpty() ? "$" : "").toString();
    }

    private static boolean isInstrument(String token, ReadMessage example) {
        if (token.length() >= LEAST_INSTRUMENT && INSTRUMENT.matcher(token).matches()) {
            return true;
        }
        return LOWER_INSTRUMENT.matcher(token).matches()
                && example.values().values().stream()
                        .filter(JsonNode::isTextual)
                        .anyMatch(value -> value.textValue()
                                        .replaceAll("[-_/]", "")
                                        .toLowerCase(Locale.ROOT)
                                        .equals(token)
                                && !value.textValue().equals(token));
    }

    private static String quoted(String text) {
        return text.replaceAll("[\\\\.\\[\\]{}()*+?^$|]", "\\\\$0");
    }

    private static String title(String pattern) {
        String title = pattern.replace("( |$)", "")
                .replace("[^ ]+", "")
                .replaceAll("[^A-Za-z0-9]+", " ")
                .trim()
                .replace(' ', '-');
        return title.isEmpty() ? "all" : title;
    }

    private static String unique(List<StreamGroup> found, String title) {
        String name = title;
        for (int i = 2; isTaken(found, name); i++) {
            name = title + "-" + i;
        }
        return name;
    }

    private static boolean isTaken(List<StreamGroup> found, String name) {
        return found.stream().anyMatch(kind -> kind.name().equals(name));
    }

    /** The same kind with other messages. */
    StreamGroup with(List<Run> changed) {
        return new StreamGroup(name, match, changed);
    }

    /** All its messages. */
    List<ReadMessage> messages() {
        return runs.stream().flatMap(run -> run.messages().stream()).toList();
    }

    /** The number of its streams. */
    long streams() {
        return runs.stream().map(Run::stream).distinct().count();
    }

    /** The number of connections that delivered it. */
    long connections() {
        return runs.stream().map(Run::connection).distinct().count();
    }

    /** The values of a key in a message, as one text. */
    static String value(ReadMessage message, Collection<String> key) {
        StringBuilder value = new StringBuilder();
        for (String pointer : key) {
            JsonNode found = message.values().get(pointer);
            value.append(found == null ? "" : found).append(' ');
        }
        return value.toString();
    }

    /** Whether connections that have a stream in common have its keys in common. */
    boolean isShared(List<String> key) {
        Map<String, List<Set<String>>> streams = new LinkedHashMap<>();
        for (Run run : runs) {
            Set<String> values = new LinkedHashSet<>();
            run.messages().forEach(message -> values.add(value(message, key)));
            streams.computeIfAbsent(run.stream(), any -> new ArrayList<>()).add(values);
        }
        int all = 0;
        int shared = 0;
        for (List<Set<String>> connections : streams.values()) {
            for (int i = 1; i < connections.size(); i++) {
                Set<String> both = new LinkedHashSet<>(connections.get(0));
                both.retainAll(connections.get(i));
                shared += both.size();
                all += Math.min(connections.get(0).size(), connections.get(i).size());
            }
        }
        return all == 0 || shared >= all / 2;
    }
}
