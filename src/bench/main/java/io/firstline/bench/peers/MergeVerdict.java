package io.firstline.bench.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The result of a way to merge. The k-th message of the same bytes that it passes on is the k-th that the server
 * sent, as far as a line delivered it.
 *
 * @param messages how many messages at least one line delivered
 * @param outOfOrder how many came after a younger one of their stream without being marked as late
 * @param late how many were marked so
 * @param addedMicros how long each passed message waited after its first arrival, ascending
 */
public record MergeVerdict(int messages, int lost, int twice, int outOfOrder, int late, List<Long> addedMicros) {

    /**
     * A message that was passed on.
     *
     * @param late whether it is marked as late
     */
    record Passed(String text, long atNanos, boolean late) {}

    /** Judges. The stream of a message is that of its member {@code stream}. */
    static MergeVerdict of(List<LineCopy> copies, List<Passed> passed, UnaryOperator<String> plain) {
        Map<Integer, Long> firstNanos = new HashMap<>();
        Map<String, List<Integer>> sent = new HashMap<>();
        for (LineCopy copy : copies) {
            if (firstNanos.putIfAbsent(copy.message(), copy.atNanos()) == null) {
                sent.computeIfAbsent(plain.apply(copy.text()), text -> new ArrayList<>())
                        .add(copy.message());
            }
        }
        sent.values().forEach(numbers -> numbers.sort(null));
        Map<String, Integer> taken = new HashMap<>();
        Map<String, Integer> youngest = new HashMap<>();
        List<Long> added = new ArrayList<>();
        int twice = 0;
        int outOfOrder = 0;
        int late = 0;
        for (Passed message : passed) {
            String text = plain.apply(message.text());
            List<Integer> numbers = sent.getOrDefault(text, List.of());
            int place = taken.merge(text, 1, Integer::sum) - 1;
            if (place >= numbers.size()) {
                twice++;
                continue;
            }
            int number = numbers.get(place);
            added.add((message.atNanos() - firstNanos.get(number)) / 1_000);
            String stream = text.substring(0, text.indexOf(',') < 0 ? text.length() : text.indexOf(','));
            if (youngest.merge(stream, number, Math::max) > number) {
                late += message.late() ? 1 : 0;
                outOfOrder += message.late() ? 0 : 1;
            }
        }
        return new MergeVerdict(
                firstNanos.size(),
                firstNanos.size() - added.size(),
                twice,
                outOfOrder,
                late,
                added.stream().sorted().toList());
    }

    public long addedMicros(double share) {
        return addedMicros.isEmpty()
                ? 0
                : addedMicros.get((int) Math.min(addedMicros.size() - 1.0, share * addedMicros.size()));
    }

    /** Lost, twice and out of order. */
    public String counts() {
        return "%,d / %,d / %,d".formatted(lost, twice, outOfOrder) + (late > 0 ? " (%,d marked)".formatted(late) : "");
    }
}
