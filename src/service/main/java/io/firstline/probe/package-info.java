/**
 * Says what each path to a server is worth, by a pool that keeps one connection on each. Pure: it knows no socket and no
 * clock.
 *
 * <p>{@link io.firstline.probe.ProbePlan} chooses the paths that the limits allow, {@link io.firstline.probe.ProbedPath}
 * is what was measured of one, {@link io.firstline.probe.SharedServers} finds paths that lead to one server,
 * {@link io.firstline.probe.ProbeAdvice} ranks them and says what to do, and {@link io.firstline.probe.ProbeOutcome} shows
 * all this.
 */
package io.firstline.probe;
