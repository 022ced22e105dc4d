package io.firstline.feed;

/**
 * The connections through which a message is sent.
 *
 * @param kind the choice
 * @param connectionId the id of the connection with {@link Kind#CONNECTION}
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

    /** Parses {@code fastest} (or null), {@code all}, or a connection id. */
    public static Route parse(String route) {
        return switch (route == null ? "fastest" : route) {
            case "fastest" -> FASTEST;
            case "all" -> ALL;
            default -> new Route(Kind.CONNECTION, route);
        };
    }
}
