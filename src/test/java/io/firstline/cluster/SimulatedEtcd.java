package io.firstline.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What etcd does with a round: one transaction after the other, on data that may be lost. Single-threaded. */
final class SimulatedEtcd {
    private final Map<String, EtcdRecord> records = new HashMap<>();
    private final Map<String, Long> reports = new HashMap<>();
    private long revision;

    /** Empty = the run of the round has ended. */
    Optional<EtcdRound.Answer> carryOut(EtcdRound round) {
        long reported = reports.getOrDefault(round.holder(), 0L);
        if (round.reported() == 0 ? reported != 0 : reported < round.reported()) {
            return Optional.empty();
        }
        revision++;
        reports.put(round.holder(), revision);
        round.changes().forEach(this::change);
        return Optional.of(new EtcdRound.Answer(round.number(), revision, Map.copyOf(records), Map.copyOf(reports)));
    }

    private void change(EtcdRound.Change change) {
        if (change instanceof EtcdRound.Forget forget) {
            reports.remove(forget.holder(), forget.revision());
        } else if (change instanceof EtcdRound.Put put) {
            EtcdRecord before = records.getOrDefault(put.feed(), EtcdRecord.none(0));
            EtcdRecord record = put.record();
            boolean lostIsSilent = put.lost() == null || reports.getOrDefault(put.lost(), 0L) == put.lostRevision();
            if (before.revision() == record.revision() && lostIsSilent) {
                records.put(
                        put.feed(),
                        new EtcdRecord(
                                record.node(),
                                record.run(),
                                record.epoch(),
                                record.released(),
                                record.leaseMs(),
                                revision));
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
