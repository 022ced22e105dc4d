/**
 * The common tools of the tests: a WebSocket server that does exactly what a test says, a recorder for one connection,
 * bounded waits.
 *
 * <p>Tests wait on conditions, never for a time; every wait ends after {@link io.firstline.testkit.Await#LIMIT} with an
 * error that names the missing condition.
 */
package io.firstline.testkit;
