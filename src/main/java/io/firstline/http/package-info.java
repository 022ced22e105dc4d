/**
 * What an operator sees: a page, health, metrics and the state of every feed over HTTP.
 *
 * <table>
 * <caption>What is served</caption>
 * <tr><td>{@code /}</td><td>the dashboard: one page, nothing from elsewhere</td></tr>
 * <tr><td>{@code /metrics}</td><td>Prometheus' text format, see {@link io.firstline.http.FeedMeters}</td></tr>
 * <tr><td>{@code /health/live}</td><td>200 as long as the process answers</td></tr>
 * <tr><td>{@code /health/ready}</td><td>200 if every feed of this node delivers, 503 if not or
 *     if it stops; {@code DEGRADED} with reasons below target or without a majority; {@code cluster} is what this
 *     node sees of its cluster</td></tr>
 * <tr><td>{@code /api/status}</td><td>what {@code firstline.status} answers on the event bus</td></tr>
 * <tr><td>{@code /api/gaps?feed=}, {@code /api/arrivals?feed=}</td><td>the feed's commands of these names</td></tr>
 * <tr><td>{@code /api/events}</td><td>server-sent events: state and what is new, at most twice a second</td></tr>
 * <tr><td>{@code /api/tail?feed=&filter=}</td><td>server-sent events: the newest messages, at most twice a second</td></tr>
 * <tr><td>{@code POST /api/command}</td><td>{@code {"feed": "…", "do": "evict" | "renew" | "subscribe" | "unsubscribe", …}}, where the
 *     configuration lets it</td></tr>
 * </table>
 *
 * <p>Health is open, metrics if the configuration says so; everything else takes the token where others than this machine can connect. A
 * route is made together with its rule ({@link io.firstline.http.Guard}), so the router alone decides which rule a path has.
 *
 * <p>Everything runs on the event loop of {@link io.firstline.http.HttpVerticle} and knows feeds only by what they say on the event bus:
 * once a second for the metrics, twice a second while somebody looks at the page. Feeds wait for none of it.
 */
package io.firstline.http;
