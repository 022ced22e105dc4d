package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.LineWindow;
import io.firstline.config.RankBy;
import io.firstline.connection.report.ConnectTimes;
import io.firstline.feed.EvictionPolicy.Contender;
import io.firstline.feed.path.PathChoice;
import io.firstline.feed.path.PathFigures;
import io.firstline.feed.path.PathTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Pools whose addresses get slower and faster, die, return, and are replaced in the name server's answers, minute by
 * minute. Choice, eviction, promotion and figures are those of the main code; only sockets and messages are a model.
 */
class PathSimulationTest {
    private static final long MINUTE = 60_000_000_000L;
    private static final int HOURS_OF_A_POOL = 250;

    /** An address of the exchange. */
    private static final class Address {
        private final String name;
        private double delayMs;
        private int deadMinutes;

        private Address(String name, SplittableRandom random) {
            this.name = name;
            redraw(random);
        }

        private void redraw(SplittableRandom random) {
            delayMs = Math.exp(random.nextDouble(Math.log(2), Math.log(80)));
        }
    }

    /** The connection in a slot. */
    private static final class Open {
        private final Address address;
        private final String id;
        private int ageMinutes;

        private Open(Address address, String id) {
            this.address = address;
            this.id = id;
        }
    }

    private static final class Pool {
        private final String seed;
        private final SplittableRandom random;
        private final List<Address> addresses = new ArrayList<>();
        private final Open[] slots;
        private final PathTable<String> table = new PathTable<>();
        private final PathChoice<String> choice = new PathChoice<>(table);
        private int made;
        private int turn;
        private int minute;
        private long slotMinutes;
        private long goodSlotMinutes;
        private long goodMinutes;
        private long minutes;
        private long darkMinutes;
        private int replaced;
        private int trials;
        private int mostReplacedInAnHour;
        private int replacedThisHour;

        private Pool(long seed) {
            this.seed = "seed " + seed;
            this.random = new SplittableRandom(seed);
            int many = random.nextInt(3, 9);
            for (int i = 0; i < many; i++) {
                addresses.add(new Address("a" + ++made, random));
            }
            slots = new Open[random.nextInt(2, 6)];
        }

        private void run(int hours) {
            for (minute = 0; minute < 60 * hours; minute++) {
                changeWorld();
                fill();
                measure();
                evict();
                tryPath();
                count();
            }
        }

        private long now() {
            return minute * MINUTE - 7_000 * MINUTE;
        }

        private void changeWorld() {
            for (Address address : addresses) {
                address.deadMinutes = Math.max(0, address.deadMinutes - 1);
                if (random.nextInt(60 * 10) == 0) {
                    address.redraw(random);
                }
                if (random.nextInt(60 * 60) == 0) {
                    address.deadMinutes = random.nextInt(5, 300);
                }
            }
            if (random.nextInt(60 * 48) == 0) { // the name server gives another address from now on
                addresses.set(random.nextInt(addresses.size()), new Address("a" + ++made, random));
            }
            for (int i = 0; i < slots.length; i++) {
                Open open = slots[i];
                if (open != null && (open.address.deadMinutes > 0 || random.nextInt(60 * 24) == 0)) {
                    table.of(open.address.name, this::used, now()).ended(60_000L * open.ageMinutes, false, now());
                    slots[i] = null;
                }
            }
        }

        private Set<String> used() {
            Set<String> used = new HashSet<>();
            for (Open open : slots) {
                if (open != null) {
                    used.add(open.address.name);
                }
            }
            return used;
        }

        private List<String> names() {
            return addresses.stream().map(address -> address.name).toList();
        }

        private Address named(String name) {
            return addresses.stream()
                    .filter(a -> a.name.equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        private void fill() {
            for (int i = 0; i < slots.length; i++) {
                for (int attempt = 0; slots[i] == null && attempt < 4; attempt++) {
                    slots[i] = open(next(null));
                }
            }
        }

        /** As the shell of the feed does it: {@code slow} is the connection that a candidate may replace, or null. */
        private String next(Open slow) {
            PathChoice.Chosen<String> chosen = choice.next(names(), used(), now());
            if (chosen != null) {
                assertThat(used()).as("%s: in use", seed).doesNotContain(chosen.path());
                assertThat(rests(chosen.path())).as("%s: left alone", seed).isFalse();
                return chosen.path();
            }
            String faster = slow == null ? null : choice.faster(slow.address.name, uses(slow), names(), now());
            return faster != null ? faster : names().get(turn++ % addresses.size());
        }

        private int uses(Open than) {
            int uses = 0;
            for (Open open : slots) {
                uses += open != null && open.address == than.address ? 1 : 0;
            }
            return uses;
        }

        private boolean rests(String name) {
            return table.find(name) != null && table.find(name).isResting(now());
        }

        /** Returns null if the address does not answer. */
        private Open open(String path) {
            PathFigures figures = table.of(path, this::used, now());
            figures.tried(now());
            Address address = named(path);
            if (address.deadMinutes > 0) {
                figures.failed(now());
                return null;
            }
            figures.opened(address.delayMs, ConnectTimes.NONE);
            return new Open(address, "c" + ++made);
        }

        private double fastestMs() {
            double fastest = Double.MAX_VALUE;
            for (Open open : slots) {
                fastest = open == null ? fastest : Math.min(fastest, open.address.delayMs);
            }
            return fastest;
        }

        /** The lag of a connection behind the fastest one, as messages of a minute show it. */
        private LineWindow window(Open open, double fastestMs) {
            double lagMs = Math.max(0, open.address.delayMs - fastestMs) + random.nextDouble(0, 0.1);
            long micros = (long) (1_000 * lagMs * random.nextDouble(0.95, 1.05));
            return new LineWindow(1_000, 0, micros, micros);
        }

        private Contender contender(Open open, double fastestMs) {
            return new Contender(open.id, 2 * open.address.delayMs, window(open, fastestMs), 60_000L * open.ageMinutes);
        }

        private void measure() {
            double fastestMs = fastestMs();
            for (Open open : slots) {
                if (open != null) {
                    open.ageMinutes++;
                    table.of(open.address.name, this::used, now()).lasts();
                    measured(open, contender(open, fastestMs));
                }
            }
        }

        private void measured(Open open, Contender contender) {
            double cost = contender.cost(RankBy.LAG);
            table.of(open.address.name, this::used, now())
                    .measured(
                            new PathFigures.Measurement(cost, contender.latencyMs(), cost, cost, 1_000, 100, 0), now());
        }

        private boolean isWhole() {
            for (Open open : slots) {
                if (open == null) {
                    return false;
                }
            }
            return true;
        }

        private void evict() {
            if (!isWhole() || minute % 5 != 0) {
                return;
            }
            double fastestMs = fastestMs();
            List<Contender> live = new ArrayList<>();
            for (Open open : slots) {
                live.add(contender(open, fastestMs));
            }
            List<Contender> slow = EvictionPolicy.slow(live, RankBy.LAG, 5 * 60_000L);
            for (int i = 0; i < slots.length && !slow.isEmpty(); i++) {
                if (slots[i].id.equals(slow.get(0).connectionId())) {
                    candidate(i, next(slots[i]));
                    return;
                }
            }
        }

        private void tryPath() {
            if (!isWhole()) {
                return;
            }
            List<PathChoice.Used<String>> used = new ArrayList<>();
            for (int i = 0; i < slots.length; i++) {
                used.add(new PathChoice.Used<>(i, slots[i].address.name));
            }
            PathChoice.Trial<String> trial = choice.trial(names(), used, now());
            if (trial != null) {
                trials++;
                candidate(trial.slot(), trial.path());
            }
        }

        /** Opens a candidate beside a connection; the connection stays unless the candidate is clearly better. */
        private void candidate(int slot, String path) {
            Open candidate = open(path);
            if (candidate == null) {
                return;
            }
            double fastestMs = Math.min(fastestMs(), candidate.address.delayMs);
            Contender old = contender(slots[slot], fastestMs);
            Contender fresh = contender(candidate, fastestMs);
            measured(candidate, fresh);
            measured(slots[slot], old);
            PromotionPolicy.Verdict verdict =
                    PromotionPolicy.verdict(new PromotionPolicy.Facts(null, old, fresh, false), RankBy.LAG);
            Open leaves = verdict.decision() == PromotionPolicy.Decision.TAKE ? slots[slot] : candidate;
            table.of(leaves.address.name, this::used, now()).ended(60_000L * leaves.ageMinutes, true, now());
            if (leaves != candidate) {
                slots[slot] = candidate;
                replaced++;
                replacedThisHour++;
            }
        }

        private void count() {
            double[] alive = addresses.stream()
                    .filter(address -> address.deadMinutes == 0)
                    .mapToDouble(address -> address.delayMs)
                    .sorted()
                    .toArray();
            assertThat(table.paths().size()).as(seed).isLessThanOrEqualTo(PathTable.MOST);
            if (minute % 60 == 59) {
                mostReplacedInAnHour = Math.max(mostReplacedInAnHour, replacedThisHour);
                replacedThisHour = 0;
            }
            if (alive.length == 0) {
                return;
            }
            minutes++;
            if (fastestMs() == Double.MAX_VALUE) {
                darkMinutes++;
                return;
            }
            goodMinutes += fastestMs() <= 1.2 * alive[0] ? 1 : 0;
            double allowed = 1.2 * alive[Math.min(slots.length, alive.length) - 1];
            for (Open open : slots) {
                slotMinutes++;
                goodSlotMinutes += open != null && open.address.delayMs <= allowed ? 1 : 0;
            }
        }
    }

    private static void simulate(int hours) {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        double good = 0;
        double goodSlots = 0;
        double changes = 0;
        int most = 0;
        double dark = 0;
        int pools = hours / HOURS_OF_A_POOL;
        for (int i = 0; i < pools; i++) {
            Pool pool = new Pool(seed + i);
            pool.run(HOURS_OF_A_POOL);
            good += (double) pool.goodMinutes / pool.minutes / pools;
            goodSlots += (double) pool.goodSlotMinutes / pool.slotMinutes / pools;
            dark += (double) pool.darkMinutes / pool.minutes / pools;
            changes += (double) pool.replaced / HOURS_OF_A_POOL / pools;
            most = Math.max(most, pool.mostReplacedInAnHour);
            assertThat(pool.trials)
                    .as("%s: trials", pool.seed)
                    .isLessThanOrEqualTo(60 * HOURS_OF_A_POOL / PathChoice.TRIAL_EVERY_MIN);
        }
        String figures = String.format(
                Locale.ROOT,
                "paths: %d hours, seed %d: %.1f %% of the time within 20 %% of the best path, %.1f %% of the slots'"
                        + " time on one of the best, %.2f changes an hour, at most %d; no connection %.3f %%",
                hours,
                seed,
                100 * good,
                100 * goodSlots,
                changes,
                most,
                100 * dark);
        System.out.println(figures);
        assertThat(good).as(figures).isGreaterThanOrEqualTo(0.98);
        assertThat(goodSlots).as(figures).isGreaterThanOrEqualTo(0.98);
        assertThat(changes).as(figures).isLessThan(3);
        assertThat(most).as(figures).isLessThanOrEqualTo(24);
        assertThat(dark).as(figures).isLessThan(0.01);
    }

    @Test
    void shouldSpendTheTimeOnTheBestPathsWithFewChanges() {
        simulate(1_000);
    }

    @Test
    @Tag("stress")
    void shouldDoSoForTenThousandHours() {
        simulate(10_000);
    }
}
