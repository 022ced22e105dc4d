package io.firstline.deploy.node;

/**
 * The keys of the status JSON: the answers to {@code firstline.status} and to the commands {@code status},
 * {@code gaps}, {@code arrivals} and {@code worth}. Whoever writes or reads one of these answers takes its keys from here.
 */
public final class StatusKeys {
    // the answer of firstline.status

    public static final String FEEDS = "feeds";
    public static final String CLUSTER = "cluster";
    public static final String RELAY = "relay";
    public static final String ERROR = "error";

    // a feed

    public static final String FEED = "feed";
    public static final String URL = "url";
    public static final String STATE = "state";
    public static final String TARGET = "target";
    public static final String PLACES = "places";
    public static final String LIVE = "live";
    public static final String PUBLISHED = "published";
    public static final String COPIES = "copies";
    public static final String CONTROL = "control";
    public static final String MALFORMED = "malformed";
    public static final String LATE = "late";
    public static final String EVICTIONS = "evictions";
    public static final String EVICTED_FOR = "evictedFor";
    public static final String LOST = "lost";
    public static final String WAITING = "waiting";
    public static final String DROPPED = "dropped";
    public static final String FAILURES = "failures";
    public static final String COPIES_PER_MESSAGE = "copiesPerMessage";
    public static final String EXCHANGE_LATENCY = "exchangeLatency";
    public static final String ATTEMPTS_LEFT = "attemptsLeft";
    public static final String PAUSED_MS = "pausedMs";
    public static final String LAST_FAILURE = "lastFailure";
    public static final String PROBLEMS = "problems";
    public static final String STREAMS = "streams";
    public static final String LEDGER = "ledger";
    public static final String CONNECTIONS = "connections";
    public static final String CONSUMERS = "consumers";
    public static final String SNAPSHOTS = "snapshots";
    /** In {@link #SNAPSHOTS}: requests that got one. */
    public static final String SERVED = "served";
    /** In {@link #SNAPSHOTS}: requests that got none, by reason. */
    public static final String REFUSED = "refused";

    // the age of its messages

    public static final String P50_MICROS = "p50Micros";
    public static final String P99_MICROS = "p99Micros";
    public static final String OFFSET_MICROS = "offsetMicros";
    public static final String ERROR_MICROS = "errorMicros";
    public static final String SAMPLES = "samples";
    public static final String CLOCK_FAILURES = "clockFailures";

    // a stream, a gap, a cell of the arrival matrix; some keys are those of a feed

    public static final String STREAM = "stream";
    public static final String CLASS = "class";
    public static final String PROOF = "proof";
    public static final String OPEN_GAPS = "openGaps";
    public static final String HEALED_GAPS = "healedGaps";
    public static final String LOST_GAPS = "lostGaps";
    public static final String LOST_NUMBERS = "lostNumbers";
    public static final String CONFLICTS = "conflicts";
    public static final String GAPS = "gaps";
    public static final String FROM = "from";
    public static final String TO = "to";
    public static final String OPENED_MICROS = "openedMicros";
    public static final String CLOSED_MICROS = "closedMicros";
    public static final String HEALED_BY = "healedBy";
    public static final String LACKED_BY = "lackedBy";
    public static final String ARRIVALS = "arrivals";
    public static final String WORTH = "worth";
    public static final String SUBSETS = "subsets";

    // a path; some keys are those of a connection

    public static final String PATHS = "paths";
    public static final String ATTEMPTS = "attempts";
    public static final String FAILED = "failed";
    public static final String REST_MS = "restMs";
    public static final String CONNECT_MS = "connectMs";
    public static final String DNS_MS = "dnsMs";
    public static final String TCP_MS = "tcpMs";
    public static final String TLS_MS = "tlsMs";
    public static final String UPGRADE_MS = "upgradeMs";
    public static final String LAG_P50_MS = "lagP50Ms";
    public static final String LAG_P99_MS = "lagP99Ms";
    public static final String LIFETIME_MS = "lifetimeMs";

    // a connection

    public static final String CONNECTION = "connection";
    public static final String SLOT = "slot";
    public static final String ROLE = "role";
    public static final String MESSAGES = "messages";
    public static final String BYTES = "bytes";
    public static final String LATENCY_MS = "latencyMs";
    public static final String LAST_LATENCY_MS = "lastLatencyMs";
    public static final String MIN_LATENCY_MS = "minLatencyMs";
    public static final String LATENCY_P50_MS = "latencyP50Ms";
    public static final String LATENCY_P99_MS = "latencyP99Ms";
    public static final String LATENCIES = "latencies";
    public static final String AGE_MS = "ageMs";
    public static final String PATH = "path";
    public static final String END = "end";
    public static final String IN_STEP = "inStep";
    public static final String WINS = "wins";
    public static final String LATE_COPIES = "lateCopies";
    public static final String LOSSES = "losses";
    public static final String SAVES = "saves";
    public static final String UNMATCHED = "unmatched";
    public static final String LACKING_SHARE = "lackingShare";
    public static final String MISSING = "missing";
    public static final String LAG_P50_MICROS = "lagP50Micros";
    public static final String LAG_P99_MICROS = "lagP99Micros";
    public static final String LAGS = "lags";

    // a histogram

    public static final String COUNTS = "counts";
    public static final String SUM_MICROS = "sumMicros";

    // the consumers on one thread

    public static final String THREAD = "thread";
    public static final String CONTEXTS = "contexts";
    public static final String BEHIND = "behind";
    public static final String BEHIND_BYTES = "behindBytes";
    public static final String BLOCKED = "blocked";

    // a node of the cluster, and its part in a feed

    public static final String NODE = "node";
    public static final String MEMBERS = "members";
    public static final String PRESENT = "present";
    public static final String MAJORITY = "majority";
    public static final String WITHOUT_MAJORITY_MS = "withoutMajorityMs";
    public static final String SHED = "shed";
    public static final String PAUSE_MS = "pauseMs";
    public static final String EPOCH = "epoch";
    public static final String SEQUENCE = "sequence";
    public static final String WARM = "warm";
    public static final String RECEIVES = "receives";
    public static final String AHEAD = "ahead";
    public static final String CROWDED_OUT = "crowdedOut";
    public static final String LEASE_LEFT_MS = "leaseLeftMs";
    public static final String COLD = "cold";
    public static final String TAKEOVERS = "takeovers";
    public static final String OWN = "own";
    public static final String AGO_MS = "agoMs";
    public static final String SILENT_MS = "silentMs";
    public static final String NODES = "nodes";

    private StatusKeys() {}
}
