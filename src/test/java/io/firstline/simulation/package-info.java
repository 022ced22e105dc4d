/**
 * The real pool on virtual time, against an exchange with every fault that a seed can draw: {@link World} is one run
 * of one pool, {@link Judge} checks the invariants after every step, {@link Campaign} runs many worlds.
 *
 * <p>{@code WsPool} and all classes below it are real, except those in {@code Surroundings}: {@link VirtualTime}
 * replaces clocks, timers and randomness, {@link Exchange} replaces the network and the server. A world runs on one
 * event loop in one turn, and the same seed always gives the same run.
 */
package io.firstline.simulation;
