/**
 * What is read out of a message's bytes: their hash, and the values at JSON pointers.
 *
 * <p>Done for every copy of every message, also for the late ones: one pass over the bytes, no tree, no string, no garbage. The room
 * knows nothing else of Firstline.
 */
package io.firstline.payload;
