package io.firstline.arbitration.report;

/**
 * The figures of one line since it joined.
 *
 * @param inStep whether its copies may be the first
 * @param wins messages whose first copy it delivered
 * @param lateCopies copies of messages that another line had delivered
 * @param losses messages that others delivered while it was in step and that it has not delivered within two seconds
 * @param saves messages that it alone delivered
 * @param unmatched copies that no line in step ever delivered, received while it was lining up: mostly its acks and
 *     snapshots
 * @param lagP50Micros median of its arrival minus the first arrival of the same message, wins count as 0; -1 = no
 *     message yet
 * @param lagP99Micros 99th percentile of the same
 */
public record LineFigures(
        boolean inStep,
        long wins,
        long lateCopies,
        long losses,
        long saves,
        long unmatched,
        long lagP50Micros,
        long lagP99Micros) {}
