/**
 * The pool as it is, on virtual time, against an exchange that breaks in every way that a seed can draw: {@link World} is one life of
 * one pool, {@link Judge} knows everything and checks the invariants after every step, {@link Campaign} runs many worlds.
 *
 * <p>Real are {@code WsPool} and all below it, except what {@code Surroundings} names: {@link VirtualTime} stands for clocks, timers
 * and chance, {@link Exchange} for the network and the server. A world runs on one event loop in one turn, and the same seed
 * always lives the same life.
 */
package io.firstline.simulation;
