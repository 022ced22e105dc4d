/** What reports show of arbitration: the figures of a connection, the state of a gap, whether a stream is complete. */
package io.firstline.arbitration.report;
