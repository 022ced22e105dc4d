package io.firstline.probe;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.Limit.What;
import io.firstline.config.PathConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The paths that may be probed at the same time. Immutable.
 *
 * @param paths how many there are
 * @param probed those that are probed, in the order of all
 * @param why why not all of them are, in words; empty = all are
 */
public record ProbePlan(int paths, List<ConnectTarget> probed, String why) {
    /** Further connections leave this part of a budget to connections that are lost. */
    private static final int RESERVED_PART = 30;

    public ProbePlan {
        probed = List.copyOf(probed);
    }

    /**
     * The most that may be probed.
     *
     * @param paths how many
     * @param why the reason, in words
     */
    public record Most(int paths, String why) {}

    /**
     * Takes the paths in their order, as long as the limits allow another connection there.
     *
     * @param limits of attempts, connections and streams
     * @param whose whose limits these are, in words
     * @param streams how many each connection subscribes to
     * @param forMs how long is measured: attempts that must wait begin in the first half
     */
    public static ProbePlan of(
            List<ConnectTarget> all, List<Limit> limits, String whose, int streams, long forMs, Most most) {
        Map<String, Integer> used = new HashMap<>();
        List<ConnectTarget> probed = new ArrayList<>();
        String why = "";
        for (ConnectTarget to : all) {
            String obstacle =
                    probed.size() < most.paths() ? obstacle(to, limits, whose, streams, forMs, used) : most.why();
            if (obstacle == null) {
                limits.forEach(limit -> used.merge(key(limit, to), costs(limit, streams), Integer::sum));
                probed.add(to);
            } else if (why.isEmpty()) {
                why = obstacle;
            }
        }
        return new ProbePlan(all.size(), probed, why);
    }

    /**
     * All paths: those next to each other differ most.
     *
     * @param targets with any address of their hosts
     * @param addresses of each host; none = they are not known, or a proxy resolves the host
     */
    public static List<ConnectTarget> paths(
            List<ConnectTarget> targets, Function<ConnectTarget, List<String>> addresses) {
        List<ConnectTarget> paths = new ArrayList<>();
        int most = targets.stream()
                .mapToInt(to -> addresses.apply(to).size())
                .max()
                .orElse(0);
        for (int i = 0; i < Math.max(1, most); i++) {
            for (ConnectTarget to : targets) {
                List<String> own = addresses.apply(to);
                if (i < own.size()) {
                    paths.add(new ConnectTarget(
                            to.url(),
                            new PathConfig(
                                    own.get(i), to.path().local(), to.path().proxy())));
                } else if (i == 0) {
                    paths.add(to);
                }
            }
        }
        return paths;
    }

    /** Returns the limit that has no room for one more, in words; null = there is room. */
    private static String obstacle(
            ConnectTarget to, List<Limit> limits, String whose, int streams, long forMs, Map<String, Integer> used) {
        return limits.stream()
                .filter(limit -> used.getOrDefault(key(limit, to), 0) + costs(limit, streams) > allowed(limit, forMs))
                .findFirst()
                .map(limit -> whose + " " + limit.text())
                .orElse(null);
    }

    private static String key(Limit limit, ConnectTarget to) {
        return limit.text() + " " + to.place(limit);
    }

    private static int costs(Limit limit, int streams) {
        return limit.what() == What.STREAMS ? streams : 1;
    }

    private static long allowed(Limit limit, long forMs) {
        return limit.what().isRate()
                ? (limit.max() - limit.max() / RESERVED_PART) * (1 + forMs / 2 / limit.perMs())
                : limit.max();
    }

    /** As in {@code 12 paths, the venue allows 5 connects in 1 minute: 5 are probed}. */
    public String text() {
        String all = paths + (paths == 1 ? " path" : " paths");
        return why.isEmpty()
                ? all
                : all + ", " + why + ": " + probed.size() + (probed.size() == 1 ? " is" : " are") + " probed";
    }
}
