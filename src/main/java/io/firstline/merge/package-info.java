/**
 * Runs a real pool on a recording: {@link io.firstline.merge.Merge} lets recorded connections open, bring their copies and end at their
 * recorded times, on a clock that jumps from one entry to the next. The same recording gives the same merged stream, byte for byte.
 *
 * <p>Nothing is sent and nothing is waited for; a day takes as long as its copies take to be read and compared.
 */
package io.firstline.merge;
