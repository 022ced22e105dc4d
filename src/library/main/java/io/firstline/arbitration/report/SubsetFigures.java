package io.firstline.arbitration.report;

import java.util.List;

/**
 * What some of the connections alone would have delivered.
 *
 * @param connections their numbers, from 1
 * @param messages how many messages were sampled
 * @param lost how many of these none of them delivered, though another connection did
 * @param lagP50Micros median of their first copy's arrival minus that of all connections, lost messages left out; -1 =
 *     they delivered nothing
 * @param lagP99Micros 99th percentile of the same
 */
public record SubsetFigures(
        List<Integer> connections, long messages, long lost, long lagP50Micros, long lagP99Micros) {}
