package io.firstline.simulator;

import java.util.List;

/**
 * One open connection of the simulator, as it was at one moment.
 *
 * @param number from 1, in the order in which connections were accepted; never used again
 * @param path what the client asked for, query included
 * @param behaviour its behaviour
 * @param streams what it is subscribed to, in order of subscription
 * @param messagesSent data messages written to its socket so far; acks, pings and pongs do not count
 * @param frozen whether everything is held back at the moment
 */
public record SimulatedLine(
        int number, String path, LineBehaviour behaviour, List<String> streams, long messagesSent, boolean frozen) {}
