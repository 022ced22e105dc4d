/**
 * Reads a message's bytes: their hash, and the values at pointers, in JSON, protobuf, SBE and MessagePack.
 *
 * <p>Every copy of every message is read here, late ones too: in one pass, without a tree, a string or other garbage.
 * The package depends on no other package of Firstline.
 */
package io.firstline.payload;
