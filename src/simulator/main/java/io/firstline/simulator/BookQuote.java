package io.firstline.simulator;

/**
 * The top of a book; the bid is always below the ask.
 *
 * @param bidTicks best bid, in hundredths of the quote currency
 * @param bidLots its quantity, in lots
 * @param askTicks best ask, in hundredths of the quote currency
 * @param askLots its quantity, in lots
 */
record BookQuote(long bidTicks, long bidLots, long askTicks, long askLots) {}
