package io.firstline.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The measurements in the order of every round. */
final class Plan {
    static final int POOL = 5;
    static final int FEW = 2;
    static final int MANY = 20;
    static final Load HEAVY = Load.paced(20_000);
    static final int FEEDS = 100;

    private static final int BURST = 200;

    private Plan() {}

    /** The sections of a run without {@code --only}. */
    static Set<Section> sections(boolean quick) {
        return quick
                ? EnumSet.of(Section.THROUGHPUT, Section.CONNECTIONS, Section.TLS, Section.LATENCY)
                : EnumSet.allOf(Section.class);
    }

    static List<Cell> cells(Set<Section> sections, boolean quick) {
        List<Cell> cells = new ArrayList<>();
        for (Section section : sections) {
            cells.addAll(
                    switch (section) {
                        case THROUGHPUT -> throughput();
                        case CONNECTIONS -> connections(quick);
                        case WATCHED -> saturating(Section.WATCHED, List.of(Variant.BUS, Variant.BUS_WATCHED), POOL);
                        case PROFILES -> profiles(quick);
                        case TLS -> tls(quick);
                        case LATENCY -> latency(quick);
                        case LAG -> List.of(Cell.plain(Section.LAG, Variant.STREAM, POOL, Load.lagging(1_000)));
                        case FEEDS ->
                            List.of(new Cell(
                                    Section.FEEDS, Variant.BUS, Encryption.PLAIN, FEEDS, POOL, Load.paced(200)));
                        case RELAY, NODES, STARTUP, PEERS -> List.of(); // measured without these connections
                    });
        }
        return cells;
    }

    private static List<Cell> throughput() {
        return saturating(Section.THROUGHPUT, Variant.UNWATCHED, 1, POOL);
    }

    private static List<Cell> connections(boolean quick) {
        return quick
                ? saturating(Section.CONNECTIONS, List.of(Variant.BUS), FEW, MANY)
                : saturating(Section.CONNECTIONS, Variant.UNWATCHED, FEW, 10, MANY);
    }

    private static List<Cell> saturating(Section section, List<Variant> variants, int... connections) {
        List<Cell> cells = new ArrayList<>();
        for (int number : connections) {
            variants.stream()
                    .filter(variant -> variant.canHave(number))
                    .forEach(variant -> cells.add(Cell.plain(section, variant, number, Load.SATURATING)));
        }
        return cells;
    }

    /** With the rows that they are compared with, so that the section can be run alone. */
    private static List<Cell> profiles(boolean quick) {
        List<Variant> variants = quick ? List.of(Variant.BUS) : List.of(Variant.STREAM, Variant.BUS, Variant.BUS_BATCH);
        List<Cell> cells = new ArrayList<>(saturating(Section.PROFILES, List.of(Variant.VERTX), POOL));
        cells.addAll(saturating(Section.PROFILES, variants, POOL));
        List<MessageForm> forms =
                quick ? List.of(MessageForm.BINANCE) : List.of(MessageForm.BINANCE, MessageForm.OKX, MessageForm.GZIP);
        for (MessageForm form : forms) {
            for (int equalPercent : quick ? new int[] {100} : new int[] {100, 50, 0}) {
                Load load = Load.saturating(form, equalPercent);
                variants.forEach(variant -> cells.add(Cell.plain(Section.PROFILES, variant, POOL, load)));
            }
        }
        return cells;
    }

    private static List<Cell> tls(boolean quick) {
        List<Cell> cells = new ArrayList<>();
        for (Encryption encryption : List.of(Encryption.JDK, Encryption.OPENSSL)) {
            if (!quick || encryption == Encryption.OPENSSL) {
                for (Variant variant : List.of(Variant.VERTX, Variant.BUS)) {
                    cells.add(new Cell(Section.TLS, variant, encryption, 1, POOL, Load.SATURATING));
                }
            }
        }
        return cells;
    }

    private static List<Cell> latency(boolean quick) {
        List<Load> loads = quick
                ? List.of(HEAVY)
                : List.of(Load.paced(1_000), Load.paced(5_000), HEAVY, Load.bursts(2_000, BURST));
        List<Variant> variants = quick
                ? List.of(Variant.VERTX, Variant.STREAM, Variant.BUS)
                : List.of(
                        Variant.NETTY,
                        Variant.VERTX,
                        Variant.STREAM,
                        Variant.BUS,
                        Variant.BUS_BATCH,
                        Variant.BUS_OTHER);
        List<Cell> cells = new ArrayList<>();
        for (Load load : loads) {
            variants.forEach(variant -> cells.add(Cell.plain(Section.LATENCY, variant, POOL, load)));
        }
        return cells;
    }
}
