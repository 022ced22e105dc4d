package io.firstline.replay;

import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;

/** Reads what the owner of a feed publishes. */
record OwnerReader(GapFiller gapFiller) implements LineReader {
    @Override
    public void arrived(String line, FeedMessage message, long nowNanos) {
        OwnerEpochs owner = line == null ? null : OwnerEpochs.parse(line);
        if (owner != null && owner.epochs().newest() == message.epoch()) {
            gapFiller.introduced(owner, nowNanos);
        }
        gapFiller.arrived(message, nowNanos);
    }

    @Override
    public LineRequest request(long nowNanos) {
        ReplayRequest request = gapFiller.request(nowNanos);
        return request == null ? null : new LineRequest(null, request);
    }

    @Override
    public void answered(LineRequest request, ReplayResponse answer, long nowNanos) {
        gapFiller.answered(request.request(), answer, nowNanos);
    }

    @Override
    public void unanswered(LineRequest request, boolean nobody, long nowNanos) {
        gapFiller.unanswered(request.request(), nobody, nowNanos);
    }

    @Override
    public void passed(long nowNanos) {
        gapFiller.passed(nowNanos);
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return gapFiller.dueInNanos(nowNanos);
    }

    @Override
    public void end(long nowNanos) {
        gapFiller.end(nowNanos);
    }

    @Override
    public SubscriptionReport report() {
        return gapFiller.report();
    }
}
