package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the members that name a message's stream: texts that look like names, with few values, present in nearly all
 * data messages. One of them is the kind of the message, such as a channel; another is the instrument. Members that
 * follow from those before them are left out.
 */
final class StreamMembers {
    /** Members that usually hold the kind, the best first. */
    private static final List<String> KINDS =
            List.of("stream", "topic", "channel", "ch", "table", "feed", "method", "type", "e", "event", "op", "name");
    /** Members that usually hold the instrument. */
    private static final List<String> INSTRUMENTS = List.of(
            "symbol",
            "s",
            "instId",
            "product_id",
            "pair",
            "currency_pair",
            "instrument_name",
            "instrument",
            "market",
            "coin",
            "contract",
            "sym",
            "code",
            "id",
            "asset_id",
            "asset",
            "ticker");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!/][A-Za-z0-9_@:./!+|-]{0,99}");
    private static final Pattern LETTER = Pattern.compile(".*[A-Za-z].*");
    private static final Pattern NO_NAME = Pattern.compile("\\d{4}-\\d\\d-\\d\\d.*|[0-9a-fA-F-]{16,}|0x.*");
    /** Sides and flags; a member that has nothing else names no stream. */
    private static final Pattern SIDE = Pattern.compile("(?i)buy|sell|bid|ask|b|s|l|m|true|false|open|closed");
    /** Values that say what happened to a stream; they name none. */
    private static final Pattern ACTION = Pattern.compile(
            "(?i)snapshot|update|updates|delta|partial|insert|delete|new|change|data|channel_data|subscribed|subscription");

    private static final String ONLY = "all";
    private static final double NEARLY_ALL = 0.9;
    private static final int MAX_PLAIN = 3;

    /** The values of a member. */
    private record Member(String pointer, Map<String, Integer> values, int count) {
        boolean looksLikeAName() {
            int distinct = values.size();
            return distinct <= 1_000
                    && (distinct <= 3 || distinct <= count / 2)
                    && values.keySet().stream().allMatch(StreamMembers::isName)
                    && !values.keySet().stream()
                            .allMatch(value -> ACTION.matcher(value).matches())
                    && (isInstrumentByName()
                            || !values.keySet().stream()
                                    .allMatch(value -> SIDE.matcher(value).matches()));
        }

        /** An instrument may be called B; a member called S may be a side. */
        private boolean isInstrumentByName() {
            String name = last(pointer);
            return name.length() > 1 && INSTRUMENTS.contains(name);
        }

        /** Such as BTC-USD or XBT/EUR. */
        boolean looksLikeAnInstrument() {
            return values.keySet().stream().allMatch(value -> value.matches("[A-Z0-9]+([-/_:][A-Z0-9]+)*"));
        }

        boolean hasActions() {
            return values.keySet().stream()
                    .anyMatch(value -> ACTION.matcher(value).matches());
        }
    }

    private final List<String> pointers = new ArrayList<>();

    StreamMembers(List<ReadMessage> data) {
        List<Member> members = members(data);
        List<Member> kinds = ordered(members, KINDS, data.size() * NEARLY_ALL);
        kinds.stream()
                .filter(kind -> kind.values().size() > 1 && !kind.hasActions())
                .findFirst()
                .or(() ->
                        kinds.stream().filter(kind -> kind.values().size() > 1).findFirst())
                .or(() -> kinds.stream().findFirst())
                .ifPresent(kind -> pointers.add(kind.pointer()));
        // not every message need have the same member: "symbol" here, "instId" there
        for (Member instrument : ordered(members, INSTRUMENTS, data.size() / 20.0)) {
            if (pointers.size() <= MAX_PLAIN && refines(data, instrument.pointer())) {
                pointers.add(instrument.pointer());
            }
        }
        if (pointers.isEmpty()) {
            boolean fromTheEnd =
                    members.stream().anyMatch(member -> member.pointer().startsWith("/-"));
            members.stream()
                    .filter(member -> member.count() >= data.size() * NEARLY_ALL)
                    .filter(member -> !fromTheEnd || member.pointer().startsWith("/-"))
                    .sorted(Comparator.comparing(Member::looksLikeAnInstrument))
                    .map(Member::pointer)
                    .forEach(pointer -> {
                        if (pointers.size() < MAX_PLAIN && refines(data, pointer)) {
                            pointers.add(pointer);
                        }
                    });
        }
    }

    private static boolean isName(String value) {
        return NAME.matcher(value).matches()
                && LETTER.matcher(value).matches()
                && !NO_NAME.matcher(value).matches();
    }

    private static List<Member> members(List<ReadMessage> data) {
        Map<String, Map<String, Integer>> values = new LinkedHashMap<>();
        Set<String> others = new HashSet<>();
        Map<String, Boolean> may = new HashMap<>();
        for (ReadMessage message : data) {
            for (Map.Entry<String, JsonNode> each : message.values().entrySet()) {
                if (!may.computeIfAbsent(each.getKey(), StreamMembers::mayName) || others.contains(each.getKey())) {
                    continue;
                }
                Map<String, Integer> found = values.computeIfAbsent(each.getKey(), any -> new HashMap<>());
                if (each.getValue().isTextual() && found.size() <= 1_000) {
                    found.merge(each.getValue().textValue(), 1, Integer::sum);
                } else {
                    others.add(each.getKey());
                    values.remove(each.getKey());
                }
            }
        }
        return values.entrySet().stream()
                .map(each -> new Member(
                        each.getKey(),
                        each.getValue(),
                        each.getValue().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum()))
                .filter(Member::looksLikeAName)
                .sorted(Comparator.comparingInt(member -> ControlSigns.levels(member.pointer())))
                .toList();
    }

    /** Deep members and all but the first element of an array name no stream. */
    private static boolean mayName(String pointer) {
        return ControlSigns.levels(pointer) <= 4
                && !pointer.matches("/.+/-\\d.*")
                && !pointer.matches(".*/\\d+/\\d+.*")
                && !pointer.matches("/.+/[1-9]\\d*");
    }

    private static List<Member> ordered(List<Member> members, List<String> names, double least) {
        return members.stream()
                .filter(member -> names.contains(last(member.pointer())) && member.count() >= least)
                .sorted(Comparator.<Member>comparingInt(member -> names.indexOf(last(member.pointer())))
                        .thenComparingInt(member -> ControlSigns.levels(member.pointer())))
                .toList();
    }

    static String last(String pointer) {
        return pointer.substring(pointer.lastIndexOf('/') + 1);
    }

    /** Whether the member separates messages that those found so far do not. */
    private boolean refines(List<ReadMessage> data, String pointer) {
        if (pointers.isEmpty()) {
            return true;
        }
        Map<String, Set<String>> seen = new HashMap<>();
        for (ReadMessage message : data) {
            String value = message.textAt(pointer);
            if (value != null) {
                seen.computeIfAbsent(joined(message), any -> new HashSet<>()).add(value);
            }
        }
        return seen.values().stream().anyMatch(values -> values.size() > 1)
                || (pointers.size() == 1
                        && !seen.isEmpty()
                        && seen.entrySet().stream().noneMatch(each -> each.getValue().stream()
                                .anyMatch(value -> contains(each.getKey(), value))));
    }

    /** Whether a name such as "btcusdt@trade" has the instrument in it. */
    private static boolean contains(String name, String instrument) {
        return plain(name).contains(plain(instrument));
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** The pointers that name a stream; none if nothing does. */
    List<String> pointers() {
        return pointers;
    }

    /** The parts of the name in a profile: pointers, or a constant if nothing names streams. */
    List<String> parts() {
        return pointers.isEmpty() ? List.of("=" + ONLY) : pointers;
    }

    /** The name of a message's stream; empty if it has none. */
    String name(ReadMessage message) {
        return pointers.isEmpty() ? ONLY : joined(message);
    }

    private String joined(ReadMessage message) {
        return pointers.stream()
                .map(message::textAt)
                .filter(value -> value != null && !value.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
