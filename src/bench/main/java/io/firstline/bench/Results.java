package io.firstline.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All samples of a run: one per round for each cell, in the order of the rounds. */
final class Results {
    private final Map<Cell, List<Map<Metric, Double>>> samples = new LinkedHashMap<>();
    private final Map<Cell, String> tlsEngines = new LinkedHashMap<>();

    void add(Cell cell, Map<Metric, Double> figures) {
        samples.computeIfAbsent(cell, c -> new ArrayList<>()).add(new EnumMap<>(figures));
    }

    void tlsEngine(Cell cell, String engine) {
        tlsEngines.put(cell, engine);
    }

    /** The client's TLS engine, or an empty string. */
    String tlsEngine(Cell cell) {
        return tlsEngines.getOrDefault(cell, "");
    }

    Set<Cell> cells() {
        return samples.keySet();
    }

    List<Cell> cells(Section section) {
        return samples.keySet().stream()
                .filter(cell -> cell.section() == section)
                .toList();
    }

    /** A figure's values in the order of the rounds. */
    List<Double> values(Cell cell, Metric figure) {
        return samples.getOrDefault(cell, List.of()).stream()
                .map(sample -> sample.get(figure))
                .filter(value -> value != null && !value.isNaN())
                .toList();
    }

    Spread spread(Cell cell, Metric figure) {
        return Spread.of(values(cell, figure));
    }

    /** The ratio of two cells, round by round: a temporary slowdown of both cancels out. */
    Spread ratio(Cell above, Cell below, Metric figure) {
        return ratio(values(above, figure), values(below, figure));
    }

    static Spread ratio(List<Double> above, List<Double> below) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(above.size(), below.size()); i++) {
            ratios.add(above.get(i) / below.get(i));
        }
        return Spread.of(ratios);
    }

    /** Whether the server, not the client, limited the measurement. */
    boolean isServerLimited(Cell cell) {
        Spread busy = spread(cell, Metric.SERVER_CPU_SHARE);
        Spread rest = spread(cell, Metric.SERVER_REST_SHARE);
        return cell.load().isSaturating() && (busy.median() > 0.95 || rest.median() < 0.03);
    }
}
