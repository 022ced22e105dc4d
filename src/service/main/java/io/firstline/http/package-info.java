/**
 * The operator's view over HTTP: a page, health, metrics and the state of every feed.
 * <table>
 * <caption>Routes</caption>
 * <tr><td>{@code /}</td><td>the dashboard: one page without external resources</td></tr>
 * <tr><td>{@code /metrics}</td><td>Prometheus' text format, see {@link io.firstline.http.FeedMeters}</td></tr>
 * <tr><td>{@code /health/live}</td><td>200 while the process answers</td></tr>
 * <tr><td>{@code /health/ready}</td><td>200 if every feed of this node delivers, otherwise 503, also while it stops;
 * {@code DEGRADED} with reasons below target or without a majority; {@code cluster} is the node's view of its
 * cluster</td></tr>
 * <tr><td>{@code /api/status}</td><td>the answer of {@code firstline.status} on the event bus</td></tr>
 * <tr><td>{@code /api/gaps?feed=}, {@code /api/arrivals?feed=}, {@code /api/worth?feed=}</td><td>the feed's commands of these names</td></tr>
 * <tr><td>{@code /api/nodes}</td><td>what each node of the cluster does for each feed</td></tr>
 * <tr><td>{@code /api/events?feed=}</td><td>server-sent events: state and new events, at most twice a second; from ten
 * feeds on, details and events of this feed only</td></tr>
 * <tr><td>{@code /api/tail?feed=&filter=}</td><td>server-sent events: the newest messages, at most twice a
 * second</td></tr>
 * <tr><td>{@code POST /api/command}</td><td>{@code {"feed": "…", "do": …, …}} with {@code evict}, {@code renew},
 * {@code subscribe} or {@code unsubscribe}, if the configuration allows it</td></tr>
 * </table>
 *
 * <p>Health is open, and metrics are if the configuration says so. All other routes need the token unless only this
 * machine can connect. Each route is made together with its rule ({@link io.firstline.http.Guard}), so the router alone
 * decides which rule applies to a path.
 *
 * <p>Everything runs on the event loop of {@link io.firstline.http.HttpVerticle} and reads feeds over the event bus
 * only: once a second for the metrics, twice a second while a browser shows the page. Feeds never wait for it.
 */
package io.firstline.http;
