package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds the members with the time of an event.
 *
 * @param pointers the first with a value counts; none = no time was found
 * @param unit as a profile names it
 */
record EventTimes(List<String> pointers, String unit) {
    private static final long YEAR_2010_S = 1_262_304_000L;
    private static final long YEAR_2100_S = 4_102_444_800L;
    private static final int MAX_POINTERS = 3;
    private static final int MAX_LEVELS = 3;
    private static final Pattern ISO =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");
    private static final Pattern NAME = Pattern.compile("(?i).*(time|ts|date).*|[ETt]");

    private static final List<String> NAMES = List.of("E", "timestamp", "ts", "time", "T", "t");

    /** A member whose values are all times of one unit. */
    private record Candidate(String pointer, String unit, int count) {}

    static EventTimes of(List<ReadMessage> data) {
        Map<String, String> units = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, Boolean> may = new HashMap<>();
        for (ReadMessage message : data) {
            message.values().forEach((pointer, value) -> {
                if (may.computeIfAbsent(pointer, EventTimes::mayBeTime)) {
                    units.merge(pointer, unit(value), (known, found) -> known.equals(found) ? known : "");
                    counts.merge(pointer, 1, Integer::sum);
                }
            });
        }
        List<Candidate> candidates = units.entrySet().stream()
                .filter(each -> !each.getValue().isEmpty())
                .map(each -> new Candidate(each.getKey(), each.getValue(), counts.get(each.getKey())))
                .sorted(Comparator.comparingInt((Candidate each) -> -each.count())
                        .thenComparingInt(each -> rank(StreamMembers.last(each.pointer())))
                        .thenComparingInt(each -> ControlSigns.levels(each.pointer())))
                .toList();
        return covering(data, candidates);
    }

    private static boolean mayBeTime(String pointer) {
        return ControlSigns.levels(pointer) <= MAX_LEVELS
                && !pointer.contains("/-")
                && NAME.matcher(StreamMembers.last(pointer)).matches();
    }

    /** Among several times, some names are those of the event and others those of what it is about. */
    private static int rank(String member) {
        int known = NAMES.indexOf(member);
        return known < 0 ? NAMES.size() : known;
    }

    /** Takes the most frequent member, then those of the same unit that other messages have. */
    private static EventTimes covering(List<ReadMessage> data, List<Candidate> candidates) {
        List<String> pointers = new ArrayList<>();
        String unit = "";
        List<ReadMessage> rest = data;
        for (Candidate candidate : candidates) {
            boolean fits = unit.isEmpty() || candidate.unit().equals(unit);
            List<ReadMessage> without = rest.stream()
                    .filter(message -> !message.values().containsKey(candidate.pointer()))
                    .toList();
            if (fits && pointers.size() < MAX_POINTERS && rest.size() - without.size() > data.size() / 50) {
                pointers.add(candidate.pointer());
                unit = candidate.unit();
                rest = without;
            }
        }
        return new EventTimes(pointers, unit);
    }

    private static String unit(JsonNode value) {
        if (value.isTextual() && ISO.matcher(value.textValue()).matches()) {
            return "iso";
        }
        Long number = ReadMessage.number(value);
        if (number == null && value.isNumber()) {
            return unit(value.longValue()).equals("s") ? "s" : "";
        }
        return number == null ? "" : unit(number);
    }

    /** The unit of a number that may be a time since the epoch; empty if it is none. */
    static String unit(long number) {
        long seconds = number;
        for (String unit : List.of("s", "ms", "us", "ns")) {
            if (seconds >= YEAR_2010_S && seconds < YEAR_2100_S) {
                return unit;
            }
            seconds /= 1_000;
        }
        return "";
    }
}
