/**
 * Each fault of a connection, over real sockets through a fault proxy: messages lost or published twice, and the time
 * to recover.
 */
package io.firstline.faults;
