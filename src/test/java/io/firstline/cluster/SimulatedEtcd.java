package io.firstline.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What etcd does with a round: one transaction after the other, on data that may be lost. Single-threaded. */
final class SimulatedEtcd {
    private final Map<String, LeaseRecord> records = new HashMap<>();
    /** Revisions, as the texts of answers. */
    private final Map<String, String> reports = new HashMap<>();

    private long revision;

    /** Empty = the run of the round has ended. */
    Optional<LeaseRound.Answer> carryOut(LeaseRound round) {
        String reported = reports.get(round.holder());
        boolean isThere =
                reported != null && (round.isFirst() || Long.parseLong(reported) >= Long.parseLong(round.reported()));
        if (isThere == round.isFirst()) {
            return Optional.empty();
        }
        revision++;
        reports.put(round.holder(), version());
        round.changes().forEach(this::change);
        return Optional.of(
                new LeaseRound.Answer(round.number(), version(), Map.copyOf(records), Map.copyOf(reports), Set.of()));
    }

    private String version() {
        return Long.toString(revision);
    }

    private void change(LeaseRound.Change change) {
        if (change instanceof LeaseRound.Forget forget) {
            reports.remove(forget.holder(), forget.version());
        } else if (change instanceof LeaseRound.Begin begin) {
            records.putIfAbsent(begin.feed(), LeaseRecord.none(version()));
        } else if (change instanceof LeaseRound.Put put) {
            LeaseRecord before = records.getOrDefault(put.feed(), LeaseRecord.none(""));
            LeaseRecord record = put.record();
            boolean lostIsSilent =
                    put.lost() == null || reports.getOrDefault(put.lost(), "").equals(put.lostVersion());
            if (before.version().equals(record.version()) && lostIsSilent) {
                records.put(
                        put.feed(),
                        new LeaseRecord(
                                record.node(),
                                record.run(),
                                record.epoch(),
                                record.released(),
                                record.leaseMs(),
                                version()));
            }
        }
    }

    /** All data is lost. */
    void wipe() {
        records.clear();
        reports.clear();
        revision = 0;
    }

    /** Somebody deletes the reports of the nodes. */
    void deleteReports() {
        reports.clear();
    }
}
