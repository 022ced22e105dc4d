package io.firstline.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The leases of a cluster that keeps them in a service beside it, as one node decides about them. Several times in
 * each lease the node sends a {@link LeaseRound}, which writes its report and reads all records and reports. Four rules
 * ensure that no two nodes have a feed at the same time:
 *
 * <ul>
 * <li>An owner's lease counts from the sending of the last round that was answered and that read its own record.
 * <li>Another node replaces the record only if the owner has not reported for the length of a lease. It counts from
 *     the answer in which it saw the last report, so the owner's lease ends first.
 * <li>The change names the versions of the record and of that report. If the owner has reported since, or another node
 *     was faster, the service rejects it.
 * <li>Nothing that a node has read counts after the service has lost its data. The report of a run is written for the
 *     first time once, by a round without changes, and never again if it is missing. All other rounds of the run do
 *     nothing without it: the run has ended, and the node continues under the name of a new one. A claim replaces a
 *     record that is there; a missing one is first written without an owner.
 * </ul>
 *
 * <p>A record or a report that is missing is treated as if its owner had just reported: it may have been deleted. The
 * leases of etcd itself are not used: they last at least 2 s, and before its versions 3.4.31 and 3.5.13 a paused leader
 * could revoke a lease that its successor had renewed.
 *
 * <p>Single-threaded; times are nanoseconds of this node's monotonic clock. Clocks need not agree, but their speeds
 * may differ by a few per cent only.
 */
final class RecordedLeases implements LeaseEngine {
    /** The most changes in a round; etcd allows 128 operations in a transaction. */
    static final int MOST_CHANGES = 64;

    private static final int ROUNDS_PER_LEASE = 4;
    /** A round without an answer after this part of a lease is repeated. */
    private static final int TIMEOUTS_PER_LEASE = 3;
    /** A node that has not reported for this long is not a member. */
    private static final long GONE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Reports older than this are removed if their process owns nothing. */
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int ROUNDS_KEPT = 8;

    private final String self;
    private final String process;
    private final int leaseMs;
    private final long leaseNanos;
    private final Map<String, RecordedClaim> claims = new TreeMap<>();
    private final Map<String, Seen> records = new HashMap<>();
    private final Map<String, Since> reports = new HashMap<>();
    /** When the end of a run was proven: its process has ended, or another node has ended the run. */
    private final Map<String, Long> dead = new HashMap<>();
    /** The runs that cannot report any more. */
    private Set<String> ended = Set.of();
    /** When each of the last rounds was sent, by number. */
    private final TreeMap<Long, Long> sentNanos = new TreeMap<>();

    /** How many runs of this process have begun. */
    private int runs;
    /** The version of the last known report of this run; empty = none yet. */
    private String reported = "";

    private List<String> members;
    private long number;
    private boolean awaiting;
    private long nextNanos;
    private boolean hurry;
    private long answeredNumber;
    /** When the last answered round was sent; valid if there is one. */
    private long heardNanos;

    /** The runs that own nothing. */
    private List<String> idle = List.of();

    /** After the end of a run, this node claims nothing until then: another one may have had a lease before. */
    private long readyNanos;

    /** A record, and since when this node has seen it. */
    private record Seen(LeaseRecord record, long sinceNanos) {}

    /** The version of a report, and since when this node has seen it; empty = the report is missing. */
    private record Since(String version, long nanos) {}

    /**
     * Starts without an answer.
     *
     * @param process this process, as other members know it
     * @param unique distinguishes this process from all others
     */
    RecordedLeases(String self, NodeRun process, String unique, int leaseMs, long nowNanos) {
        this.self = self;
        this.process = start(process) + unique;
        this.leaseMs = leaseMs;
        this.leaseNanos = TimeUnit.MILLISECONDS.toNanos(leaseMs);
        this.members = List.of(self);
        this.nextNanos = nowNanos;
        this.readyNanos = nowNanos;
        newRun();
    }

    /** Nothing that earlier runs have read or sent counts for the new one. */
    private void newRun() {
        runs++;
        reported = "";
        sentNanos.clear();
        records.clear();
        reports.clear();
    }

    /** Returns the name of this run. */
    private String holder() {
        return LeaseRecord.holder(self, run());
    }

    private String run() {
        return process + "-" + runs;
    }

    /** Returns the beginning of a process' name. */
    private static String start(NodeRun process) {
        return process.startedMs() + "-" + process.busPort() + "-";
    }

    // rounds

    /** Returns how long a round waits for its answer. */
    long timeoutNanos() {
        return leaseNanos / TIMEOUTS_PER_LEASE;
    }

    /** The next round is due at once. */
    void hurry() {
        hurry = true;
    }

    /**
     * Returns the round that is due; null = none. The caller sends it and calls {@link #answered}, {@link #ended} or
     * {@link #failed}.
     */
    LeaseRound next(long nowNanos) {
        if (awaiting || (!hurry && nowNanos - nextNanos < 0)) {
            return null;
        }
        awaiting = true;
        hurry = false;
        number++;
        nextNanos = nowNanos + leaseNanos / ROUNDS_PER_LEASE;
        sentNanos.put(number, nowNanos);
        if (sentNanos.size() > ROUNDS_KEPT) {
            sentNanos.pollFirstEntry();
        }
        return new LeaseRound(number, holder(), reported, reported.isEmpty() ? List.of() : changes(nowNanos));
    }

    /** A round has failed. The next one is sent after a pause, also if there is something to change. */
    void failed(long round, long pauseNanos, long nowNanos) {
        if (round == number) {
            awaiting = false;
            hurry = false;
            nextNanos = nowNanos + pauseNanos;
            if (reported.isEmpty()) { // its first report may still be written, but never twice
                newRun();
            }
        }
    }

    /**
     * A round did nothing, because the report of its run was missing or old.
     *
     * @return whether that was the present run; the next one begins at once
     */
    boolean ended(long round, long nowNanos) {
        boolean isPresent = sentNanos.containsKey(round);
        if (isPresent) {
            newRun();
            readyNanos = nowNanos + leaseNanos;
            awaiting = false;
            hurry = true;
        }
        return isPresent;
    }

    /** Takes the answer of a round. An answer that comes after that of a later round has no effect. */
    void answered(LeaseRound.Answer answer, long nowNanos) {
        awaiting &= answer.number() != number;
        Long sent = sentNanos.get(answer.number());
        if (sent == null || answer.number() <= answeredNumber) {
            return;
        }
        answeredNumber = answer.number();
        reported = answer.reported();
        heardNanos = sent;
        observeReports(answer, nowNanos);
        claims.forEach((feed, claim) -> {
            LeaseRecord record = answer.feeds().getOrDefault(feed, LeaseRecord.none(""));
            records.merge(
                    feed,
                    new Seen(record, nowNanos),
                    (before, now) -> before.record().equals(record) ? before : now);
            claim.observe(record, answer.number(), sent, nowNanos);
        });
        idle = answer.reports().keySet().stream()
                .filter(holder -> answer.feeds().values().stream().noneMatch(record -> record.isHeldBy(holder)))
                .toList();
    }

    private void observeReports(LeaseRound.Answer answer, long nowNanos) {
        Map<String, String> found = new HashMap<>(answer.reports());
        answer.feeds().values().forEach(record -> {
            if (record.isHeld()) { // a missing report may have been deleted: the owner may be alive
                found.putIfAbsent(record.holder(), "");
            }
        });
        reports.keySet().retainAll(found.keySet());
        found.forEach((holder, version) -> reports.merge(
                holder,
                new Since(version, nowNanos),
                (before, now) -> before.version().equals(version) ? before : now));
        dead.keySet().retainAll(found.keySet());
        answer.ended().forEach(holder -> dead.putIfAbsent(holder, nowNanos));
        ended = answer.ended();
        TreeSet<String> alive = new TreeSet<>(List.of(self));
        reports.forEach((holder, since) -> {
            boolean isOver = since.version().isEmpty() || ended.contains(holder);
            if (!isOver && nowNanos - since.nanos() < GONE_NANOS) {
                alive.add(LeaseRecord.nodeOf(holder));
            }
        });
        members = List.copyOf(alive);
    }

    private List<LeaseRound.Change> changes(long nowNanos) {
        List<LeaseRound.Change> changes = new ArrayList<>();
        claims.forEach((feed, claim) -> {
            Seen seen = records.get(feed);
            if (seen != null && changes.size() < MOST_CHANGES) {
                change(feed, claim, seen.record(), nowNanos, changes);
            }
        });
        for (String holder : idle) {
            Since since = reports.get(holder);
            if (since != null && nowNanos - since.nanos() > FORGET_NANOS && changes.size() < MOST_CHANGES) {
                changes.add(new LeaseRound.Forget(holder, since.version()));
            }
        }
        return changes;
    }

    private void change(
            String feed, RecordedClaim claim, LeaseRecord seen, long nowNanos, List<LeaseRound.Change> changes) {
        if (seen.isMissing()) {
            changes.add(new LeaseRound.Begin(feed));
        } else if (claim.isOpen() && nowNanos - readyNanos >= 0 && !last(feed).isRunning(nowNanos)) {
            claim.sent(number);
            LeaseRecord mine = new LeaseRecord(self, run(), claim.epoch(), false, leaseMs, seen.version());
            String lost = seen.isHeld() && !ended.contains(seen.holder()) ? seen.holder() : null;
            changes.add(new LeaseRound.Put(feed, mine, lost, reportOf(lost)));
        } else if (claim.epoch() == 0 && isMine(feed)) {
            LeaseRecord released = new LeaseRecord(self, run(), seen.epoch(), true, leaseMs, seen.version());
            changes.add(new LeaseRound.Put(feed, released, null, ""));
        }
    }

    private String reportOf(String holder) {
        Since since = holder == null ? null : reports.get(holder);
        return since == null ? "" : since.version();
    }

    // the engine

    @Override
    public List<String> members() {
        return members;
    }

    @Override
    public LeaseClaim newClaim(String feed, long nowNanos) {
        RecordedClaim claim = new RecordedClaim(feed, this, leaseNanos, nowNanos);
        claims.put(feed, claim);
        return claim;
    }

    @Override
    public boolean isThere(MembershipView view, long nowNanos) {
        return answeredNumber > 0 && nowNanos - heardNanos < leaseNanos;
    }

    @Override
    public boolean isReady(long nowNanos) {
        return answeredNumber > 0 && nowNanos - readyNanos >= 0;
    }

    /** Returns whether this run has the record of a feed. */
    boolean isMine(String feed) {
        Seen seen = records.get(feed);
        return seen != null && seen.record().isHeldBy(holder());
    }

    /** The records of that process can be replaced at once; the service still checks that it has not reported since. */
    @Override
    public void died(String member, NodeRun process, long nowNanos) {
        String beginning = LeaseRecord.holder(member, start(process));
        reports.keySet().stream()
                .filter(holder -> holder.startsWith(beginning))
                .forEach(holder -> dead.putIfAbsent(holder, nowNanos));
    }

    @Override
    public GrantedLease last(String feed) {
        Seen seen = records.get(feed);
        if (seen == null) {
            return null;
        }
        LeaseRecord record = seen.record();
        long since = seen.sinceNanos();
        if (record.released()) {
            return new GrantedLease(record.node(), record.epoch(), since);
        }
        if (record.isHeld() && dead.containsKey(record.holder())) {
            return new GrantedLease(record.node(), record.epoch(), dead.get(record.holder()));
        }
        Since report = reports.get(record.holder());
        if (report != null && report.nanos() - since > 0) {
            since = report.nanos();
        }
        long lengthNanos = Math.max(leaseNanos, TimeUnit.MILLISECONDS.toNanos(record.leaseMs()));
        return new GrantedLease(record.node(), record.epoch(), since + lengthNanos);
    }
}
