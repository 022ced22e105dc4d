/**
 * Test group 5, "live Binance": one set of tests, run against the embedded simulator in every build and, with {@code -Plive}, against
 * the real exchange.
 */
package io.firstline.live;
