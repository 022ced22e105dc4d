package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Scheduler;
import io.firstline.feed.path.TurnBalance;
import io.firstline.feed.path.TurnBalance.Turn;
import io.firstline.feed.path.TurnBalance.Used;
import io.firstline.feed.report.EvictionReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Leads connections back to a turn (a URL, headers, a local address or a proxy) that failed and works again: a candidate
 * opens there, and replaces a connection of a turn that has more. Runs on the feed's context.
 */
final class TurnSpread {
    private static final int NONE = -1;

    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final Replacements replacements;
    private final Supplier<List<WsConnectionConfig>> configs;

    private final TurnBalance balance = new TurnBalance();
    /** The configurations of {@link #turns}. */
    private List<WsConnectionConfig> known = List.of();

    private List<Turn> turns = List.of();
    /** The turn of the next candidate. */
    private int wanted = NONE;

    /**
     * Begins without failures.
     *
     * @param configs returns the configurations of the turns
     */
    TurnSpread(
            Scheduler scheduler,
            SlotTable slotTable,
            Replacements replacements,
            Supplier<List<WsConnectionConfig>> configs) {
        this.scheduler = scheduler;
        this.slotTable = slotTable;
        this.replacements = replacements;
        this.configs = configs;
    }

    /** Returns whether the next attempt has a turn already. */
    boolean hasWanted() {
        return wanted != NONE;
    }

    /** Returns that turn. */
    int takeWanted() {
        int taken = wanted;
        wanted = NONE;
        return taken;
    }

    private List<Turn> turns() {
        List<WsConnectionConfig> now = configs.get();
        if (known != now) {
            known = now;
            turns = now.stream().map(each -> turnOf(each, now)).toList();
            balance.keep(turns);
        }
        return turns;
    }

    private static Turn turnOf(WsConnectionConfig config, List<WsConnectionConfig> all) {
        List<?> headers =
                all.stream().map(WsConnectionConfig::headers).distinct().toList();
        return new Turn(
                config.url(),
                headers.indexOf(config.headers()),
                config.path().local(),
                config.path().proxy() == null ? null : config.path().proxy().address());
    }

    private Turn turnOf(PooledConnection pooled) {
        return turnOf(pooled.connection.config(), configs.get());
    }

    /** A connection or an attempt has failed. */
    void failed(PooledConnection pooled) {
        if (turns().size() > 1) {
            balance.failed(turnOf(pooled), scheduler.nowNanos());
        }
    }

    /** A connection lasts. */
    void lasts(PooledConnection pooled) {
        if (turns().size() > 1) {
            balance.lasts(turnOf(pooled));
        }
    }

    /**
     * Opens a candidate if connections share more than they must; called while no connection is missing.
     *
     * @param isSlower whether the path of a configuration is known to be clearly slower than that of a connection
     */
    void look(BiPredicate<WsConnectionConfig, PooledConnection> isSlower) {
        if (turns().size() < 2) {
            return;
        }
        List<Used> used = new ArrayList<>();
        for (ConnectionSlot slot : slotTable.slots()) {
            used.add(new Used(slot.number(), turnOf(slot.pooled())));
        }
        TurnBalance.Move move = balance.move(
                turns,
                used,
                (turn, each) -> isSlower.test(
                        known.get(turn), slotTable.numbered(each.slot()).pooled()),
                scheduler.nowNanos());
        if (move == null) {
            return;
        }
        wanted = move.turn();
        slotTable
                .numbered(move.slot())
                .replace(
                        new EvictionReason(EvictionReason.Cause.SPREAD, words(turns.get(move.turn()))),
                        replacements.trialMs());
        wanted = NONE;
    }

    /** A turn in words, without what may be secret. */
    private String words(Turn turn) {
        List<String> words = new ArrayList<>();
        List<String> urls = turns.stream().map(Turn::url).distinct().toList();
        if (urls.size() > 1) {
            words.add("URL " + (1 + urls.indexOf(turn.url())) + " of " + urls.size());
        }
        long headers = turns.stream().map(Turn::headers).distinct().count();
        if (headers > 1) {
            words.add("headers " + (1 + turn.headers()) + " of " + headers);
        }
        if (turn.local() != null) {
            words.add("from " + turn.local());
        }
        if (turn.proxy() != null) {
            words.add("through " + turn.proxy());
        }
        return String.join(", ", words);
    }
}
