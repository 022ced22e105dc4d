package io.firstline.cluster;

import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the actions of a {@link LeaseNode} that only report something. Single-threaded. */
final class LeaseReports {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);

    private final ClusterConfig config;
    private final String self;
    private final Supplier<Collection<String>> members;
    /** Null = a majority of the members grants the leases. */
    private final Supplier<String> serviceFailure;

    private final RejectionLog rejections;
    /** Members with another leaseMs; each sends its own in every heartbeat. */
    private final RejectionLog leases;

    /**
     * Starts without a report.
     *
     * @param members returns all members
     * @param serviceFailure returns why the last request to the service failed; null = no service keeps the leases
     */
    LeaseReports(
            ClusterConfig config,
            Supplier<Collection<String>> members,
            Supplier<String> serviceFailure,
            LongSupplier nowNanos) {
        this.config = config;
        this.self = config.self();
        this.members = members;
        this.serviceFailure = serviceFailure;
        this.rejections = new RejectionLog(LOG, nowNanos);
        this.leases = new RejectionLog(LOG, nowNanos);
    }

    /** A message of another node could not be read. */
    void invalid(IllegalArgumentException e) {
        rejections.reject("cluster: dropped an invalid message", e.getMessage());
    }

    void report(LeaseAction action) {
        if (action instanceof LeaseAction.ReportMembers seen) {
            report(seen.change(), seen.present());
        } else if (action instanceof LeaseAction.ReportDeath death) {
            LOG.info("{} has ended, as {} sees: its leases are free", death.member(), self);
        } else if (action instanceof LeaseAction.ReportLostClaim lost && lost.competitor() == null) {
            LOG.debug("{} not acquired by {}", lost.feed(), self);
        } else if (action instanceof LeaseAction.ReportLostClaim lost) {
            LOG.debug("{} left to {} by {}", lost.feed(), lost.competitor(), self);
        } else if (action instanceof LeaseAction.ReportOtherConfig other) {
            LOG.warn(
                    "{}: the configuration of {} differs from that of {}, which publishes the feed, for {} s. Until both"
                            + " have the same, messages can be lost or repeated when one replaces the other",
                    other.feed(),
                    self,
                    other.owner(),
                    TimeUnit.NANOSECONDS.toSeconds(ConfigAgreement.WARN_NANOS));
        } else if (action instanceof LeaseAction.RejectUnknownNode unknown) {
            rejections.reject(
                    "cluster: dropped "
                            + (unknown.message() instanceof NodeHeartbeat.Votes ? "votes" : "a round")
                            + " of a node that is not another member",
                    "found " + unknown.message().from() + ", allowed: " + members.get() + " except " + self);
        } else if (action instanceof LeaseAction.RejectLease other) {
            leases.reject(
                    other.member() + " has leaseMs " + other.leaseMs(),
                    self + " has leaseMs " + config.leaseMs() + ", the first gets no vote here");
        }
    }

    private void report(MajorityWatch.Change change, Set<String> present) {
        if (serviceFailure != null) {
            reportService(change);
            return;
        }
        switch (change) {
            case GAINED -> LOG.info("{} sees {}: a majority", self, present);
            case LOST -> LOG.info("{} sees {}: no majority, not publishing", self, present);
            case MISSED ->
                LOG.warn(
                        "{} has seen no majority for {} s, only {}: {} of the members {} must hear each other before"
                                + " any of them publishes",
                        self,
                        TimeUnit.NANOSECONDS.toSeconds(MajorityWatch.WARN_AFTER_NANOS),
                        present,
                        config.majority(),
                        config.members());
            case REGAINED -> LOG.warn("{} sees a majority again: {}", self, present);
            case NONE -> {
                // reported before
            }
        }
    }

    private void reportService(MajorityWatch.Change change) {
        String title = config.lease().title();
        switch (change) {
            case GAINED -> LOG.info("{} reaches {}, which keeps the leases", self, title);
            case LOST ->
                LOG.warn(
                        "{} has no answer of {} for the length of a lease ({} ms), not publishing: {}",
                        self,
                        title,
                        config.leaseMs(),
                        serviceFailure.get());
            case MISSED ->
                LOG.warn(
                        "{} has reached no {} of {} for {} s and publishes nothing until one answers: {}",
                        self,
                        title,
                        config.lease().urls(),
                        TimeUnit.NANOSECONDS.toSeconds(MajorityWatch.WARN_AFTER_NANOS),
                        serviceFailure.get());
            case REGAINED -> LOG.warn("{} reaches {} again", self, title);
            case NONE -> {
                // reported before
            }
        }
    }
}
