/**
 * Recordings of connections in files: {@link io.firstline.recording.Recorder} writes them,
 * {@link io.firstline.recording.Recording} reads them.
 *
 * <p>A file is gzipped or plain JSON, one object a line, and holds one connection or a part of one. Recordings of other
 * programs are readable if their lines are {@code {"t_us": microseconds since the epoch, "msg": "the text"}}.
 * Firstline's own recordings contain more:
 * <pre>
 *   {"recording":1,"feed":"btc","connection":"btc-1","part":0,"connections":5,"streams":[…],
 *    "url":"wss://…","started_us":…}
 *   {"t_us":…,"t_ns":…,"n":…,"mark":"opened"}
 *   {"t_us":…,"t_ns":…,"n":…,"msg":"a text as received"}
 *   {"t_us":…,"t_ns":…,"n":…,"bin":"base64 of a binary message"}
 *   {"t_us":…,"t_ns":…,"n":…,"mark":"closed","why":"…"}
 * </pre>
 *
 * <p>{@code t_us} is the system's clock and {@code t_ns} the monotonic clock since the recorder's start. {@code n}
 * numbers the entries of all the feed's connections in the order of arrival. A connection without a {@code closed} mark
 * was open when the recording ended.
 *
 * <p>Depends on {@link io.firstline.stream} and no other package.
 */
package io.firstline.recording;
