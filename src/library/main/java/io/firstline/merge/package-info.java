/**
 * Runs a real pool on a recording: {@link io.firstline.merge.Merge} opens recorded connections, delivers their copies
 * and ends them at their recorded times, on a clock that jumps from one entry to the next. The same recording gives the
 * same merged stream, byte for byte.
 *
 * <p>Nothing is sent, and nothing waits: the duration of a merge depends only on the number of copies.
 */
package io.firstline.merge;
