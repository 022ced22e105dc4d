package io.firstline.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The probed paths, the best one first, and what to do with each, in words. Pure.
 *
 * @param ranked by lag; then those that lose messages, deliver nothing, or do not open
 * @param advice one sentence each
 */
public record ProbeAdvice(List<Ranked> ranked, List<String> advice) {
    /** A path that loses more than this share is not kept. */
    private static final double MOST_LOST = 0.001;
    /** As many losses may be those of one moment. */
    private static final int LEAST_LOST = 3;
    /** A path whose median is this late, and that is nearly never first, is slow. */
    private static final double SLOW_MS = 1;

    /** A path that is first less often than this part of its fair share is nearly never first. */
    private static final int RARELY = 5;
    /** Fewer messages say little about lags. */
    private static final int LEAST_MESSAGES = 200;

    /** What to do with a path. */
    public enum Verdict {
        KEEP("keep"),
        /** It probably leads to the server of a better one. */
        SHARES("shares a server"),
        SLOW("slow"),
        LOSES("loses messages"),
        SILENT("silent"),
        DEAD("does not open");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /**
     * A path in its place.
     *
     * @param place from 1
     * @param index its index among the probed ones
     */
    public record Ranked(int place, int index, ProbedPath path, Verdict verdict) {}

    public ProbeAdvice {
        ranked = List.copyOf(ranked);
        advice = List.copyOf(advice);
    }

    /**
     * Ranks paths.
     *
     * @param pairs of indices of paths that probably lead to one server
     * @param messages how many messages were compared
     */
    public static ProbeAdvice of(List<ProbedPath> paths, List<SharedServers.Pair> pairs, long messages) {
        List<Integer> order = IntStream.range(0, paths.size())
                .boxed()
                .sorted(Comparator.comparing(paths::get, BEST_FIRST))
                .toList();
        long delivering = paths.stream().filter(ProbedPath::delivers).count();
        List<Ranked> ranked = new ArrayList<>();
        for (int index : order) {
            ProbedPath path = paths.get(index);
            Verdict alone = verdict(path, messages, delivering);
            boolean shares = alone == Verdict.KEEP
                    && ranked.stream()
                            .filter(better -> better.verdict() == Verdict.KEEP)
                            .anyMatch(better -> areOne(better.index(), index, pairs));
            ranked.add(new Ranked(ranked.size() + 1, index, path, shares ? Verdict.SHARES : alone));
        }
        return new ProbeAdvice(ranked, new Words(ranked, pairs, messages).all());
    }

    private static final Comparator<ProbedPath> BEST_FIRST = Comparator.<ProbedPath>comparingInt(ProbeAdvice::group)
            .thenComparingDouble(path -> path.lags().p99Ms())
            .thenComparingDouble(path -> path.lags().p50Ms())
            .thenComparingDouble(ProbedPath::pingP50Ms);

    private static int group(ProbedPath path) {
        if (path.delivers()) {
            return loses(path) ? 1 : 0;
        }
        return path.opened() > 0 ? 2 : 3;
    }

    private static boolean loses(ProbedPath path) {
        return path.lags().losses() >= LEAST_LOST && path.lossShare() > MOST_LOST;
    }

    private static Verdict verdict(ProbedPath path, long messages, long delivering) {
        if (!path.delivers()) {
            return path.opened() > 0 ? Verdict.SILENT : Verdict.DEAD;
        }
        if (loses(path)) {
            return Verdict.LOSES;
        }
        return path.lags().p50Ms() >= SLOW_MS
                        && RARELY * delivering * path.lags().wins() < messages
                ? Verdict.SLOW
                : Verdict.KEEP;
    }

    private static boolean areOne(int a, int b, List<SharedServers.Pair> pairs) {
        return pairs.stream().anyMatch(pair -> pair.a() == Math.min(a, b) && pair.b() == Math.max(a, b));
    }

    /** The sentences. */
    private record Words(List<Ranked> ranked, List<SharedServers.Pair> pairs, long messages) {

        private List<String> all() {
            List<String> all = new ArrayList<>();
            if (messages > 0 && messages < LEAST_MESSAGES) {
                all.add(String.format(
                        Locale.ROOT,
                        "only %,d messages were compared, which says little about lags: probe for longer",
                        messages));
            }
            keep(all);
            pairs.forEach(pair -> all.add(shared(pair)));
            ranked.forEach(each -> {
                String fault = fault(each);
                if (fault != null) {
                    all.add(each.place() + " " + fault);
                }
            });
            return all;
        }

        private List<Ranked> of(Verdict verdict) {
            return ranked.stream().filter(each -> each.verdict() == verdict).toList();
        }

        private void keep(List<String> all) {
            List<Ranked> kept = of(Verdict.KEEP);
            if (kept.isEmpty()) {
                all.add(messages == 0 ? "no path brought a message" : "no path is good: each one loses messages");
                return;
            }
            long wins =
                    kept.stream().mapToLong(each -> each.path().lags().wins()).sum();
            all.add(
                    kept.size() == 1
                                    && ranked.stream()
                                                    .filter(each -> each.path().delivers())
                                                    .count()
                                            == 1
                            ? "keep " + places(kept) + ", the only one that delivers"
                            : String.format(
                                    Locale.ROOT,
                                    "keep %s, which brought%s %.1f %% of the first copies",
                                    places(kept),
                                    kept.size() == 1 ? "" : " together",
                                    100.0 * wins / Math.max(1, messages)));
            List<Ranked> reserve = of(Verdict.SLOW);
            if (kept.size() == 1 && !reserve.isEmpty()) {
                all.add("keep " + places(reserve.subList(0, 1)) + " as a reserve: it is late, but its own way");
            }
        }

        private String shared(SharedServers.Pair pair) {
            Map<Integer, Integer> places = new HashMap<>();
            ranked.forEach(each -> places.put(each.index(), each.place()));
            int first = Math.min(places.get(pair.a()), places.get(pair.b()));
            int second = Math.max(places.get(pair.a()), places.get(pair.b()));
            List<String> why = new ArrayList<>();
            if (!Double.isNaN(pair.correlation())) {
                why.add(String.format(
                        Locale.ROOT, "the same messages are late on both (correlation %.2f)", pair.correlation()));
            }
            if (pair.closes() > 0) {
                why.add("both were closed at the same moment"
                        + (pair.closes() == 1 ? "" : ", " + pair.closes() + " times"));
            }
            return first + " and " + second + " probably share a server: " + String.join(", and ", why);
        }

        /** The fault of a path; null = nothing. */
        private static String fault(Ranked each) {
            ProbedPath path = each.path();
            return switch (each.verdict()) {
                case KEEP, SHARES -> null;
                case SLOW ->
                    String.format(
                            Locale.ROOT,
                            "is late: half of its copies came %.1f ms or more after the first ones",
                            path.lags().p50Ms());
                case LOSES ->
                    String.format(
                            Locale.ROOT,
                            "loses messages: %,d of %,d (%.1f %%), which others brought%s",
                            path.lags().losses(),
                            path.lags().copies() + path.lags().losses(),
                            100 * path.lossShare(),
                            interrupted(path));
                case SILENT -> "opens but delivers nothing" + because(path);
                case DEAD ->
                    path.attempts() == 0
                            ? "was not tried" + because(path)
                            : "does not open" + (path.failure().isEmpty() ? ": it did not answer" : because(path));
            };
        }

        private static String interrupted(ProbedPath path) {
            if (path.ended() > 0) {
                return "; its connection ended " + (path.ended() == 1 ? "once" : path.ended() + " times")
                        + because(path);
            }
            return path.attempts() > path.opened() ? "; it did not open at once" + because(path) : "";
        }

        private static String because(ProbedPath path) {
            return path.failure().isEmpty() ? "" : ": " + path.failure();
        }

        private static String places(List<Ranked> some) {
            List<String> places =
                    some.stream().map(each -> String.valueOf(each.place())).toList();
            return places.size() < 2
                    ? places.get(0)
                    : String.join(", ", places.subList(0, places.size() - 1)) + " and " + places.get(places.size() - 1);
        }
    }
}
