package io.firstline.config;

import io.firstline.config.check.Checks;
import java.net.URI;
import java.util.Locale;

/**
 * One limit of a venue for its clients. Immutable; checked in the constructor.
 *
 * @param what what the venue counts
 * @param max the most that it accepts
 * @param perMs the time in which it counts, milliseconds; 0 for what exists at the same time: connections and streams
 * @param scope what shares the limit
 */
public record Limit(What what, int max, int perMs, Scope scope) {
    private static final int LONGEST_MS = 86_400_000;
    private static final int MOST_SENT = 10_000;
    private static final int MOST = 10_000_000;

    /** The thing that a venue counts. */
    public enum What {
        /** Everything that a client sends: messages, pings, and pongs. */
        FRAMES,
        /** Messages that are neither heartbeats nor answers: requests, messages on connect, and a user's. */
        REQUESTS,
        /** Attempts to connect. */
        CONNECTS,
        /** Open connections, and attempts in progress. */
        CONNECTIONS,
        /** Subscriptions: a stream on two connections counts twice. */
        STREAMS;

        /** Whether it is counted over a time. */
        public boolean isRate() {
            return this == FRAMES || this == REQUESTS || this == CONNECTS;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What shares a limit. */
    public enum Scope {
        CONNECTION,
        /** All connections of this process to one URL, whatever its query is. */
        URL,
        /** All connections of this process to one host. */
        HOST,
        /** All connections of this process to the hosts of one domain: {@code a.example.com} and {@code b.example.com}. */
        VENUE
    }

    public Limit {
        boolean sent = what == What.FRAMES || what == What.REQUESTS;
        boolean ofConnections = what == What.CONNECTS || what == What.CONNECTIONS;
        Checks checks = new Checks()
                .range("max", max, 1, sent ? MOST_SENT : MOST)
                .require(
                        !ofConnections || scope != Scope.CONNECTION,
                        "scope",
                        "\"connection\" for " + what,
                        "\"url\", \"host\" or \"venue\"");
        if (what.isRate()) {
            checks.range("perMs", perMs, 1, LONGEST_MS);
        } else {
            checks.require(perMs == 0, "perMs", perMs, "no \"perMs\": " + what + " are counted at the same time");
        }
        checks.throwIfAny("limits");
    }

    /** Returns what shares the limit at this URL: its host and path, its host, or {@code *.} and its domain. */
    public String place(String url) {
        URI uri = URI.create(url);
        return switch (scope) {
            case URL -> uri.getRawAuthority() + uri.getRawPath();
            case VENUE -> domain(uri.getHost());
            default -> uri.getHost();
        };
    }

    /** The last two labels of a name; an address stays as it is. */
    private static String domain(String host) {
        boolean address = host.startsWith("[") || Character.isDigit(host.charAt(host.length() - 1));
        int last = host.lastIndexOf('.');
        int before = host.lastIndexOf('.', last - 1);
        return address || last < 1 ? host : "*." + host.substring(before + 1);
    }

    /** As in {@code 10 frames in 1 s}. */
    public String text() {
        String counted = what.toString();
        return max + " " + (max == 1 ? counted.substring(0, counted.length() - 1) : counted)
                + (what.isRate() ? " in " + time() : "");
    }

    /** The time in which it counts, for humans. */
    public String time() {
        if (perMs % 60_000 == 0) {
            return perMs / 60_000 + (perMs == 60_000 ? " minute" : " minutes");
        }
        return perMs % 1_000 == 0 ? perMs / 1_000 + " s" : perMs + " ms";
    }
}
