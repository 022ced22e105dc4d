/**
 * The ways in which programs merge redundant connections, on the same lines with the same faults: what each of them
 * loses, passes on twice and in the wrong order, and what it costs. Only {@link io.firstline.bench.peers.PeerComparison}
 * is used by the command.
 */
package io.firstline.bench.peers;
