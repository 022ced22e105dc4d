/**
 * What connections brought, kept in files: written by {@link io.firstline.recording.Recorder}, read as
 * {@link io.firstline.recording.Recording}.
 *
 * <p>A file is gzipped (or plain) JSON, one object a line, and holds one connection or a part of it. Anybody's recordings can be read
 * whose lines are {@code {"t_us": microseconds since the epoch, "msg": "the text"}}. Those that Firstline writes say more:
 *
 * <pre>
 *   {"recording":1,"feed":"btc","connection":"btc-1","part":0,"connections":5,"streams":[…],"url":"wss://…","started_us":…}
 *   {"t_us":…,"t_ns":…,"n":…,"mark":"opened"}
 *   {"t_us":…,"t_ns":…,"n":…,"msg":"a text as it came"}
 *   {"t_us":…,"t_ns":…,"n":…,"bin":"base64 of a binary message"}
 *   {"t_us":…,"t_ns":…,"n":…,"mark":"closed","why":"…"}
 * </pre>
 *
 * <p>{@code t_us} is the system's clock, {@code t_ns} the monotonic one since the recorder's start, {@code n} counts what the feed's
 * connections brought in the order of arrival. A connection without a mark {@code closed} was open when the recording ended.
 *
 * <p>On the ground floor: knows {@link io.firstline.stream} and nobody else.
 */
package io.firstline.recording;
