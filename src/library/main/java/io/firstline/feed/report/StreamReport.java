package io.firstline.feed.report;

import io.firstline.arbitration.report.Proof;

/**
 * The state of one stream.
 *
 * @param stream its name
 * @param type its stream class
 * @param published messages published
 * @param proof whether the venue's numbers prove that none is missing
 * @param openGaps gaps that may still heal
 * @param healedGaps gaps that another connection filled
 * @param lostGaps gaps that no connection filled
 * @param lostNumbers the number of lost messages
 * @param conflicts copies with the key of a message but other bytes than its first copy
 */
public record StreamReport(
        String stream,
        String type,
        long published,
        Proof proof,
        int openGaps,
        long healedGaps,
        long lostGaps,
        long lostNumbers,
        long conflicts) {}
