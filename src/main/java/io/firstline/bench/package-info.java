/**
 * The benchmark behind {@code firstline bench}: a feed server and a client, each in a process of its own, told what to do by a third that
 * only waits and computes. Nothing depends on it but the command line.
 */
package io.firstline.bench;
