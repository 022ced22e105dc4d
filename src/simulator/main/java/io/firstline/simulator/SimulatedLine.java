package io.firstline.simulator;

import java.util.List;

/**
 * A snapshot of one open connection of the simulator.
 *
 * @param number counted from 1 in the order of acceptance; never reused
 * @param path the requested path and query
 * @param behaviour its behaviour
 * @param streams its subscriptions, in order
 * @param messagesSent data messages written to its socket so far; acks, pings and pongs do not count
 * @param frozen whether all output is held back now
 */
public record SimulatedLine(
        int number, String path, LineBehaviour behaviour, List<String> streams, long messagesSent, boolean frozen) {}
