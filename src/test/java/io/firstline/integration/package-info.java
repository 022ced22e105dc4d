/** Test group 7, "integration": recordings, load, faults and the real program, over real sockets. */
package io.firstline.integration;
