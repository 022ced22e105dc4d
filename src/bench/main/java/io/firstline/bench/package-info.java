/**
 * The benchmark behind {@code firstline bench}: a feed server and a client, each in a separate process, controlled by a
 * third that only waits and computes. Only the command line depends on it.
 */
package io.firstline.bench;
