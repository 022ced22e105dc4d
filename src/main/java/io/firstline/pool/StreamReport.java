package io.firstline.pool;

import io.firstline.arbitration.Chain.Proof;

/**
 * What is known of one stream.
 *
 * @param stream its name
 * @param type the class of streams that it is of
 * @param published messages passed on
 * @param proof whether the venue's own numbers prove that none is missing
 * @param openGaps gaps that may still heal
 * @param healedGaps gaps that another connection filled
 * @param lostGaps gaps that nobody filled
 * @param lostNumbers how many numbers are missing for good
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
