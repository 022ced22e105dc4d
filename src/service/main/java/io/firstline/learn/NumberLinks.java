package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the number of a kind of stream that chains from message to message, or at least grows. */
final class NumberLinks {
    /** How a number continues that of the message before it, as a profile names it. */
    enum Link {
        PLUS_ONE("plus-one"),
        PREVIOUS("previous"),
        INCREASING("increasing");

        private final String label;

        Link(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /**
     * A link with its evidence.
     *
     * @param first the first number of a message, or the number of the message before it; for one number the same as
     *     last
     * @param confirmed steps from message to message that agree
     * @param broken steps that do not
     * @param time whether the number is a time
     * @param resets signs of messages from which the number starts again, with their values
     */
    record Found(
            Link link,
            String first,
            String last,
            int confirmed,
            int broken,
            boolean time,
            Map<String, JsonNode> resets) {}

    private static final int LEAST_STEPS = 5;
    /** A number whose name says nothing needs more steps. */
    private static final int LEAST_PLAIN_STEPS = 12;

    private static final double CHAIN_BREAKS = 0.05;
    private static final double ORDER_BREAKS = 0.01;
    private static final double NEARLY_ALL = 0.9;
    /** A snapshot has no number of the message before it. */
    private static final double MANY = 0.5;

    private static final int MAX_POINTERS = 24;
    private static final int MAX_INDEXES = 1;

    private static final Pattern NUMBER_NAME =
            Pattern.compile("(?i).*(seq|id|offset|nonce|version|update).*|[utaUiE]|pu|pts");
    private static final Pattern TIME_NAME = Pattern.compile("(?i).*(time|ts|date).*|[ETt]");
    private static final Pattern RESET =
            Pattern.compile("(?i)snapshot|partial|subscribed|restate|image|init|true|last_.*");

    private final StreamGroup kind;
    private final List<String> pointers;
    private final Map<String, List<Long[]>> columns = new LinkedHashMap<>();

    /**
     * Reads the numbers of a kind.
     *
     * @param differing pointers whose values differ between the copies of a message
     */
    NumberLinks(StreamGroup kind, List<String> differing) {
        this.kind = kind;
        this.pointers = pointers(kind, differing);
        for (String pointer : pointers) {
            columns.put(
                    pointer,
                    kind.runs().stream()
                            .map(run -> run.messages().stream()
                                    .map(message -> message.numberAt(pointer))
                                    .toArray(Long[]::new))
                            .toList());
        }
    }

    /** The pointers whose values are whole numbers in many messages, and the same on all connections. */
    private static List<String> pointers(StreamGroup kind, List<String> differing) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        List<ReadMessage> messages = kind.messages();
        for (ReadMessage message : messages) {
            message.values().forEach((pointer, value) -> {
                if (ReadMessage.number(value) != null && indexes(pointer) <= MAX_INDEXES) {
                    counts.merge(pointer, 1, Integer::sum);
                }
            });
        }
        return counts.entrySet().stream()
                .filter(each -> each.getValue() >= messages.size() * MANY)
                .map(Map.Entry::getKey)
                .filter(pointer -> !differing.contains(pointer) && kind.isShared(List.of(pointer)))
                .limit(MAX_POINTERS)
                .toList();
    }

    private static int indexes(String pointer) {
        return (int)
                Pattern.compile("/-?\\d+(?=/|$)").matcher(pointer).results().count();
    }

    Optional<Found> best() {
        return plusOne().or(this::chained).or(this::increasing).map(this::withResets);
    }

    private Optional<Found> plusOne() {
        return pointers.stream()
                .filter(this::isEverywhere)
                .map(pointer -> steps(Link.PLUS_ONE, pointer, pointer))
                .filter(found -> isChain(found) && !found.time())
                .max(Comparator.comparingInt(Found::confirmed))
                .map(this::overElements);
    }

    /** Two numbers: the first of a message continues the last of the message before it, or repeats it. */
    private Optional<Found> chained() {
        List<Found> all = new ArrayList<>();
        for (String last : pointers) {
            if (!isEverywhere(last) || !neverFalls(last)) {
                continue;
            }
            for (String first : pointers) {
                if (!first.equals(last) && !isTime(last) && isBelow(first, last)) {
                    all.add(steps(Link.PREVIOUS, first, last));
                    all.add(steps(Link.PLUS_ONE, first, last));
                }
            }
        }
        return all.stream().filter(NumberLinks::isChain).max(Comparator.comparingInt(Found::confirmed));
    }

    private Optional<Found> increasing() {
        return pointers.stream()
                .filter(this::isEverywhere)
                .map(pointer -> steps(Link.INCREASING, pointer, pointer))
                .filter(found ->
                        found.confirmed() >= least(found.last()) && found.broken() <= found.confirmed() * ORDER_BREAKS)
                .min(Comparator.<Found>comparingInt(found -> isTime(found.last()) ? 1 : 0)
                        .thenComparingInt(found -> NUMBER_NAME
                                        .matcher(StreamMembers.last(found.last()))
                                        .matches()
                                ? 0
                                : 1)
                        .thenComparingInt(Found::broken))
                .map(this::overElements);
    }

    private boolean isEverywhere(String pointer) {
        long all = 0;
        long found = 0;
        for (Long[] column : columns.get(pointer)) {
            all += column.length;
            found += Arrays.stream(column).filter(Objects::nonNull).count();
        }
        return found >= all * NEARLY_ALL;
    }

    private static boolean isChain(Found found) {
        return found.confirmed() >= LEAST_STEPS && found.broken() <= found.confirmed() * CHAIN_BREAKS;
    }

    private static int least(String pointer) {
        String name = StreamMembers.last(pointer);
        return NUMBER_NAME.matcher(name).matches() || TIME_NAME.matcher(name).matches()
                ? LEAST_STEPS
                : LEAST_PLAIN_STEPS;
    }

    /** Corrects a number in an array: the first element has the first number, the last element the last one. */
    private Found overElements(Found found) {
        String last = found.last().replaceFirst("/0/", "/-1/");
        String first = found.last().replaceFirst("/-1/", "/0/");
        if (first.equals(last) || !pointers.contains(first) || !pointers.contains(last)) {
            return found;
        }
        if (found.link() == Link.INCREASING) {
            Found ends = steps(found.link(), last, last);
            return ends.broken() <= found.broken() ? ends : found;
        }
        Found ends = steps(found.link(), first, last);
        return ends.broken() <= found.broken() ? ends : found;
    }

    private Found steps(Link link, String first, String last) {
        int confirmed = 0;
        int broken = 0;
        List<Long[]> firsts = columns.get(first);
        List<Long[]> lasts = columns.get(last);
        for (int run = 0; run < lasts.size(); run++) {
            for (int i = 1; i < lasts.get(run).length; i++) {
                Long before = lasts.get(run)[i - 1];
                Long now = firsts.get(run)[i];
                if (before == null || now == null) {
                    continue;
                }
                if (continues(link, before, now)) {
                    confirmed++;
                } else {
                    broken++;
                }
            }
        }
        return new Found(link, first, last, confirmed, broken, isTime(last), Map.of());
    }

    private static boolean continues(Link link, long before, long now) {
        return switch (link) {
            case PLUS_ONE -> now == before + 1;
            case PREVIOUS -> now == before;
            case INCREASING -> now > before;
        };
    }

    /** A chain needs a number that moves: constants are equal to the constants before them too. */
    private boolean neverFalls(String pointer) {
        int grows = 0;
        int falls = 0;
        for (Long[] column : columns.get(pointer)) {
            for (int i = 1; i < column.length; i++) {
                if (column[i] != null && column[i - 1] != null) {
                    grows += column[i] > column[i - 1] ? 1 : 0;
                    falls += column[i] < column[i - 1] ? 1 : 0;
                }
            }
        }
        return grows >= LEAST_STEPS && falls <= grows * CHAIN_BREAKS;
    }

    private boolean isBelow(String first, String last) {
        int above = 0;
        int all = 0;
        for (int run = 0; run < columns.get(last).size(); run++) {
            Long[] firsts = columns.get(first).get(run);
            Long[] lasts = columns.get(last).get(run);
            for (int i = 0; i < lasts.length; i++) {
                if (firsts[i] != null && lasts[i] != null) {
                    all++;
                    above += firsts[i] > lasts[i] ? 1 : 0;
                }
            }
        }
        return above <= all * CHAIN_BREAKS;
    }

    private boolean isTime(String pointer) {
        String name = StreamMembers.last(pointer);
        return TIME_NAME.matcher(name).matches()
                && columns.get(pointer).stream()
                        .flatMap(Arrays::stream)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(EventTimes::unit)
                        // ten digits may be an id as well
                        .filter(unit -> !unit.isEmpty() && !(unit.equals("s") && name.length() == 1))
                        .isPresent();
    }

    /** Signs of messages that open a stream or break its chain, and that no other message has. */
    private Found withResets(Found found) {
        Set<Map.Entry<String, JsonNode>> starts = new LinkedHashSet<>();
        Set<Map.Entry<String, JsonNode>> others = new LinkedHashSet<>();
        for (int run = 0; run < kind.runs().size(); run++) {
            List<ReadMessage> messages = kind.runs().get(run).messages();
            for (int i = 0; i < messages.size(); i++) {
                Long before = i == 0 ? null : columns.get(found.last()).get(run)[i - 1];
                Long now = columns.get(found.first()).get(run)[i];
                boolean start = before == null || now == null || !continues(found.link(), before, now);
                messages.get(i).values().forEach((pointer, value) -> {
                    if ((value.isTextual() || value.isBoolean()) && ControlSigns.levels(pointer) <= 2) {
                        Map.Entry<String, JsonNode> sign = Map.entry(pointer, value);
                        if (!start) {
                            others.add(sign);
                        } else if (RESET.matcher(value.asText()).matches()) {
                            starts.add(sign);
                        }
                    }
                });
            }
        }
        Map<String, JsonNode> resets = new LinkedHashMap<>();
        starts.stream()
                .filter(sign -> !others.contains(sign))
                .forEach(sign -> resets.put(sign.getKey(), sign.getValue()));
        return new Found(
                found.link(), found.first(), found.last(), found.confirmed(), found.broken(), found.time(), resets);
    }
}
