package io.firstline.http;

import io.firstline.connection.report.DropCause;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.feed.report.MicrosHistogram;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The feeds' figures as meters, read from their status. Nothing is measured twice, and no message is delayed.
 *
 * <p>Every new connection has a new id. The label is therefore the slot, from 1 to the feed's target, with the sum over
 * all its connections, so the number of meters stays constant. The meters of a removed feed are removed.
 */
final class FeedMeters {
    private static final String[] STATES = {"STARTING", "CONNECTED", "DEGRADED", "DISCONNECTED", "CLOSED"};

    private static final Pattern CODE = Pattern.compile("(closed|http)-(\\d+)");

    private final MeterRegistry registry;
    private final HistogramFamily lag;
    private final HistogramFamily latency;
    private final Map<String, OneFeed> feeds = new HashMap<>();
    private boolean closed;

    FeedMeters(PrometheusMeterRegistry registry) {
        this.registry = registry;
        this.lag = new HistogramFamily(
                registry,
                "firstline_connection_lag_seconds",
                "Arrival after the first copy of the same message; first copies count as 0");
        this.latency =
                new HistogramFamily(registry, "firstline_connection_latency_seconds", "Round trip from ping to pong");
    }

    /** Handles a status of all feeds of this node. */
    void update(JsonObject status) {
        if (closed) {
            return; // a status requested before close(): its meters would stay forever
        }
        JsonObject reports = status.getJsonObject(StatusKeys.FEEDS);
        Set<String> gone = new HashSet<>(feeds.keySet());
        for (String name : reports.fieldNames()) {
            JsonObject report = reports.getJsonObject(name);
            gone.remove(name);
            if (!report.containsKey(StatusKeys.ERROR)) {
                feeds.computeIfAbsent(name, n -> new OneFeed(new MeterSet(registry, Tags.of("feed", n))))
                        .update(report);
            }
        }
        gone.forEach(name -> feeds.remove(name).meters.removeAll());
    }

    /** {@code closed-4xxx} for {@code closed-4001}, {@code http-4xx} for {@code http-429}; others unchanged. */
    static String causeClass(String cause) {
        Matcher code = CODE.matcher(cause);
        if (!code.matches()) {
            return cause;
        }
        String digits = code.group(2);
        boolean isKnown = code.group(1).equals("closed") ? digits.length() == 4 : digits.length() == 3;
        return isKnown
                ? code.group(1) + "-" + digits.charAt(0) + "x".repeat(digits.length() - 1)
                : code.group(1) + "-other";
    }

    /** Removes the meters of all feeds. */
    void close() {
        update(new JsonObject().put(StatusKeys.FEEDS, new JsonObject()));
        closed = true;
    }

    /** The meters and running totals of one feed. */
    private final class OneFeed {
        private final MeterSet meters;
        private final Map<String, RunningTotal> totals = new HashMap<>();
        private final Map<Integer, OneSlot> slots = new HashMap<>();

        OneFeed(MeterSet meters) {
            this.meters = meters;
        }

        void update(JsonObject report) {
            count(StatusKeys.PUBLISHED, "Messages published", report);
            count(StatusKeys.COPIES, "Messages received on all connections", report);
            count(StatusKeys.CONTROL, "Control messages (acks, heartbeats, errors), not part of the stream", report);
            count(StatusKeys.MALFORMED, "Text messages that are not JSON although the venue sends JSON", report);
            count(StatusKeys.LATE, "Messages published after younger ones of their stream", report);
            byKey(
                    "firstline.feed.evictions",
                    "Connections evicted, by reason",
                    "reason",
                    report,
                    StatusKeys.EVICTED_FOR);
            failures(report.getJsonObject(StatusKeys.FAILURES));
            dropped(report.getJsonObject(StatusKeys.DROPPED));
            meters.count(
                    "firstline.feed.connections.lost",
                    "Connections that ended without being closed by Firstline",
                    Tags.empty(),
                    report.getLong(StatusKeys.LOST));
            meters.gauge(
                    "firstline.feed.copies.per.message",
                    "Connections that delivered a message, on average over the last measurement",
                    Tags.empty(),
                    known(report, StatusKeys.COPIES_PER_MESSAGE));
            gauge("live", "Connections that are open", report, StatusKeys.LIVE);
            gauge("target", "Connections that the feed wants", report, StatusKeys.TARGET);
            meters.gauge(
                    "firstline.feed.consumers.waiting",
                    "Messages in the buffers of streams",
                    Tags.empty(),
                    report.getLong(StatusKeys.WAITING));
            Integer attemptsLeft = report.getInteger(StatusKeys.ATTEMPTS_LEFT);
            if (attemptsLeft != null) {
                meters.gauge(
                        "firstline.feed.attempts.left",
                        "Attempts to connect left in the host's budget",
                        Tags.empty(),
                        attemptsLeft);
            }
            for (String state : STATES) {
                meters.gauge(
                        "firstline.feed.state",
                        "1 for the feed's current state",
                        Tags.of("state", state),
                        state.equals(report.getString(StatusKeys.STATE)) ? 1 : 0);
            }
            gaps(report.getJsonArray(StatusKeys.LEDGER));
            exchangeLatency(report.getJsonObject(StatusKeys.EXCHANGE_LATENCY));
            consumers(report.getJsonArray(StatusKeys.CONSUMERS, new JsonArray()));
            paths(report.getJsonArray(StatusKeys.PATHS, new JsonArray()));
            snapshots(report.getJsonObject(StatusKeys.SNAPSHOTS));
            slots(report);
            meters.removeUntouched();
        }

        private void count(String what, String help, JsonObject report) {
            meters.count("firstline.feed." + what, help, Tags.empty(), report.getLong(what));
        }

        private void gauge(String what, String help, JsonObject report, String key) {
            meters.gauge("firstline.feed.connections." + what, help, Tags.empty(), report.getLong(key));
        }

        private void byKey(String name, String help, String label, JsonObject report, String key) {
            JsonObject counts = report.getJsonObject(key);
            for (String value : counts.fieldNames()) {
                meters.count(name, help, Tags.of(label, value), counts.getLong(value));
            }
        }

        /** Servers choose codes, so the label is the class of the code. */
        private void failures(JsonObject counts) {
            Map<String, Long> byClass = new TreeMap<>();
            for (String cause : counts.fieldNames()) {
                byClass.merge(causeClass(cause), counts.getLong(cause), Long::sum);
            }
            byClass.forEach((label, count) -> meters.count(
                    "firstline.feed.failures", "Failed attempts and lost connections", Tags.of("cause", label), count));
        }

        /** Creates the counters of all causes at the start, because an alert compares with an earlier value. */
        private void dropped(JsonObject counts) {
            for (DropCause cause : DropCause.values()) {
                meters.count(
                        "firstline.feed.dropped",
                        "Messages dropped, by the feed or for a slow consumer",
                        Tags.of("cause", cause.label()),
                        counts.getLong(cause.label(), 0L));
            }
        }

        private void gaps(JsonArray ledger) {
            long open = 0;
            for (int i = 0; i < ledger.size(); i++) {
                JsonObject stream = ledger.getJsonObject(i);
                String name = stream.getString(StatusKeys.STREAM);
                total("healed").see(name, stream.getLong(StatusKeys.HEALED_GAPS));
                total("lost").see(name, stream.getLong(StatusKeys.LOST_GAPS));
                total("numbers").see(name, stream.getLong(StatusKeys.LOST_NUMBERS));
                open += stream.getInteger(StatusKeys.OPEN_GAPS);
            }
            String help = "Gaps in the venue's sequence numbers";
            meters.count(
                    "firstline.feed.gaps",
                    help,
                    Tags.of("fate", "healed"),
                    total("healed").sum());
            meters.count(
                    "firstline.feed.gaps",
                    help,
                    Tags.of("fate", "lost"),
                    total("lost").sum());
            meters.gauge("firstline.feed.gaps.open", "Gaps that may still heal", Tags.empty(), (double) open);
            meters.count(
                    "firstline.feed.gaps.numbers",
                    "Sequence numbers of the venue that are lost",
                    Tags.empty(),
                    total("numbers").sum());
        }

        /** A venue without time stamps gives no ages, so it has no such meters. */
        private void exchangeLatency(JsonObject latency) {
            if (latency == null) {
                return;
            }
            String help = "Age of messages at the arrival of their first copies, by the exchange's time stamps";
            Map.of("50", StatusKeys.P50_MICROS, "99", StatusKeys.P99_MICROS)
                    .forEach((percentile, key) -> meters.gauge(
                            "firstline.feed.exchange.latency.seconds",
                            help,
                            Tags.of("percentile", percentile),
                            latency.getLong(key) / 1e6));
            Long errorMicros = latency.getLong(StatusKeys.ERROR_MICROS);
            meters.gauge(
                    "firstline.feed.exchange.clock.error.seconds",
                    "Possible error of the exchange's clock in these ages",
                    Tags.empty(),
                    errorMicros == null ? Double.NaN : errorMicros / 1e6);
            meters.count(
                    "firstline.feed.exchange.clock.failures",
                    "Failed requests for the exchange's time",
                    Tags.empty(),
                    latency.getLong(StatusKeys.CLOCK_FAILURES));
        }

        /** Name servers choose addresses, so they are no labels. */
        private void paths(JsonArray paths) {
            Map<String, Integer> byUse = new HashMap<>(Map.of("used", 0, "resting", 0, "free", 0));
            for (int i = 0; i < paths.size(); i++) {
                JsonObject path = paths.getJsonObject(i);
                boolean used = path.getInteger(StatusKeys.CONNECTIONS) > 0;
                String use = used ? "used" : path.getLong(StatusKeys.REST_MS) > 0 ? "resting" : "free";
                byUse.merge(use, 1, Integer::sum);
            }
            byUse.forEach((use, count) -> meters.gauge(
                    "firstline.feed.paths",
                    "Known paths: used by a connection, left alone after failures, or neither",
                    Tags.of("use", use),
                    count));
        }

        /** An older node of the cluster does not say it. */
        private void snapshots(JsonObject snapshots) {
            if (snapshots == null) {
                return;
            }
            JsonObject refused = snapshots.getJsonObject(StatusKeys.REFUSED);
            refused.put(StatusKeys.SERVED, snapshots.getLong(StatusKeys.SERVED));
            for (String result : refused.fieldNames()) {
                meters.count(
                        "firstline.feed.snapshots",
                        "Requests of late consumers for the snapshot of a stream, by result",
                        Tags.of("result", result),
                        refused.getLong(result));
            }
        }

        private void consumers(JsonArray consumers) {
            for (int i = 0; i < consumers.size(); i++) {
                JsonObject consumer = consumers.getJsonObject(i);
                Tags tags = Tags.of("consumer", consumer.getString(StatusKeys.THREAD));
                meters.count(
                        "firstline.feed.consumer.dropped",
                        "Messages dropped because consumers on this thread were too far behind",
                        tags,
                        consumer.getLong(StatusKeys.DROPPED));
                meters.gauge(
                        "firstline.feed.consumer.behind",
                        "Messages waiting for the slowest consumer on this thread, at the last probe",
                        tags,
                        consumer.getLong(StatusKeys.BEHIND));
            }
        }

        private void slots(JsonObject report) {
            JsonArray connections = report.getJsonArray(StatusKeys.CONNECTIONS);
            int missing = report.getInteger(StatusKeys.TARGET);
            int places = report.getInteger(StatusKeys.PLACES, missing); // an older node does not say it
            JsonObject[] members = new JsonObject[places + 1];
            for (int i = 0; i < connections.size(); i++) {
                JsonObject connection = connections.getJsonObject(i);
                int slot = connection.getInteger(StatusKeys.SLOT);
                String id = connection.getString(StatusKeys.CONNECTION);
                slot(slot).see(id, connection);
                total("bytes").see(id, connection.getLong(StatusKeys.BYTES));
                if (connection.getString(StatusKeys.ROLE).equals("member") && slot < members.length) {
                    members[slot] = connection;
                    missing--;
                }
            }
            for (int slot = 1; slot < members.length; slot++) {
                Tags tags = Tags.of("slot", Integer.toString(slot));
                slot(slot).publish(tags);
                if (members[slot] != null || missing-- > 0) {
                    member(members[slot], tags);
                }
            }
            meters.count(
                    "firstline.feed.bytes",
                    "Payload bytes received on all connections",
                    Tags.empty(),
                    total("bytes").sum());
        }

        private void member(JsonObject member, Tags tags) {
            boolean up = member != null && "CONNECTED".equals(member.getString(StatusKeys.STATE));
            meters.gauge("firstline.connection.up", "Whether the slot has an open connection", tags, up ? 1 : 0);
            meters.gauge(
                    "firstline.connection.leading",
                    "Whether its copies may be published as first",
                    tags,
                    up && member.getBoolean(StatusKeys.IN_STEP, true) ? 1 : 0);
            meters.gauge(
                    "firstline.connection.lacking.share",
                    "Share of the messages that others delivered and it did not, in the last measurement",
                    tags,
                    up ? known(member, StatusKeys.LACKING_SHARE) : Double.NaN);
            meters.gauge(
                    "firstline.connection.age.seconds",
                    "Time since it opened",
                    tags,
                    up ? member.getLong(StatusKeys.AGE_MS) / 1e3 : Double.NaN);
        }

        private static double known(JsonObject report, String key) {
            Double figure = report.getDouble(key);
            return figure == null ? Double.NaN : figure;
        }

        private RunningTotal total(String key) {
            return totals.computeIfAbsent(key, k -> new RunningTotal(1));
        }

        private OneSlot slot(int number) {
            return slots.computeIfAbsent(number, n -> new OneSlot(meters));
        }
    }

    /** The sums over all connections that have had a slot. */
    private final class OneSlot {
        private static final int HISTOGRAM = MicrosHistogram.BOUNDS_MICROS.size() + 2;

        private final MeterSet meters;
        private final RunningTotal counters = new RunningTotal(SlotCounter.values().length);
        private final RunningTotal opened = new RunningTotal(1);
        private final RunningTotal lags = new RunningTotal(HISTOGRAM);
        private final RunningTotal latencies = new RunningTotal(HISTOGRAM);

        OneSlot(MeterSet meters) {
            this.meters = meters;
        }

        void see(String id, JsonObject connection) {
            counters.see(
                    id,
                    Arrays.stream(SlotCounter.values())
                            .mapToLong(counter -> connection.getLong(counter.key, 0L))
                            .toArray());
            opened.see(id, 1);
            see(lags, id, connection.getJsonObject(StatusKeys.LAGS)); // absent if it has no competing connection
            see(latencies, id, connection.getJsonObject(StatusKeys.LATENCIES));
        }

        /** The sum follows the counts in the array. */
        private void see(RunningTotal total, String id, JsonObject histogram) {
            if (histogram != null) {
                JsonArray counts = histogram.getJsonArray(StatusKeys.COUNTS);
                long[] figures = new long[HISTOGRAM];
                for (int i = 0; i < counts.size(); i++) {
                    figures[i] = counts.getLong(i);
                }
                figures[HISTOGRAM - 1] = histogram.getLong(StatusKeys.SUM_MICROS);
                total.see(id, figures);
            }
        }

        void publish(Tags tags) {
            long[] sums = counters.sums();
            int next = 0;
            for (SlotCounter counter : SlotCounter.values()) {
                meters.count(counter.meter, counter.help, tags, sums[next++]);
            }
            meters.count(
                    "firstline.connection.opened",
                    "Connections opened for this slot, including trials",
                    tags,
                    opened.sum());
            publish(lag, tags, lags.sums());
            publish(latency, tags, latencies.sums());
        }

        private void publish(HistogramFamily family, Tags tags, long[] sums) {
            meters.histogram(family, tags, Arrays.copyOf(sums, HISTOGRAM - 1), sums[HISTOGRAM - 1]);
        }
    }

    /** The counters of a slot. */
    private enum SlotCounter {
        MESSAGES(StatusKeys.MESSAGES, "firstline.connection.messages", "Messages received"),
        BYTES(StatusKeys.BYTES, "firstline.connection.bytes", "Payload bytes received"),
        WINS(StatusKeys.WINS, "firstline.connection.wins", "Messages of which it delivered the first copy"),
        LATE(StatusKeys.LATE_COPIES, "firstline.connection.late.copies", "Late copies of messages"),
        SAVES(StatusKeys.SAVES, "firstline.connection.saves", "Messages that it alone delivered"),
        LOSSES(StatusKeys.LOSSES, "firstline.connection.losses", "Messages that only other connections delivered"),
        MISSING(
                StatusKeys.MISSING,
                "firstline.connection.missing",
                "Messages that a connection lacks by the venue's numbers for each connection");

        private final String key;
        private final String meter;
        private final String help;

        SlotCounter(String key, String meter, String help) {
            this.key = key;
            this.meter = meter;
            this.help = help;
        }
    }
}
