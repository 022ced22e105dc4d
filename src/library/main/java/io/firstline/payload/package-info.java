/**
 * Reads a message's bytes: their hash, and the values at JSON pointers.
 *
 * <p>Every copy of every message is read here, late ones too: in one pass, without a tree, a string or other garbage.
 * The package depends on no other package of Firstline.
 */
package io.firstline.payload;
