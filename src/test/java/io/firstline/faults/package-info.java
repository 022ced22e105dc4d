/** Everything that can go wrong with a connection, over real sockets through a fault proxy: what is lost, what comes twice, how soon it mends. */
package io.firstline.faults;
