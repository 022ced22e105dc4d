package io.firstline.pool;

/**
 * Through which connections a message is sent.
 *
 * @param kind which choice
 * @param connectionId with {@link Kind#CONNECTION}, its name
 */
public record Route(Kind kind, String connectionId) {
    public static final Route FASTEST = new Route(Kind.FASTEST, "");
    public static final Route ALL = new Route(Kind.ALL, "");

    /** The choices. */
    public enum Kind {
        FASTEST,
        ALL,
        CONNECTION
    }

    /** {@code fastest} (or nothing), {@code all}, or a connection id. */
    public static Route parse(String route) {
        return switch (route == null ? "fastest" : route) {
            case "fastest" -> FASTEST;
            case "all" -> ALL;
            default -> new Route(Kind.CONNECTION, route);
        };
    }
}
