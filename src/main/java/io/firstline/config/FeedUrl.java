package io.firstline.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a feed's URL may look like, and how it may be shown. Pure functions. */
public final class FeedUrl {
    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("(?i)([?&][^=&]*(?:key|token|secret|sign|auth|pass|credential)[^=&]*=)[^&#]*");
    private static final Pattern USER_INFO = Pattern.compile("//[^/@]*@");

    private FeedUrl() {}

    /** The problems of a URL, none if it may be used; {@code ws://} is for loopback hosts unless plaintext is allowed. */
    static List<Problem> problems(String url, boolean allowPlaintext) {
        List<Problem> problems = new ArrayList<>();
        if (url == null || url.isBlank()) {
            problems.add(new Problem("/url", "nothing", "wss://host[:port]/path"));
            return problems;
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            problems.add(new Problem("/url", quoted(url) + " (" + e.getReason() + ")", "wss://host[:port]/path"));
            return problems;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("wss") && !scheme.equals("ws")) {
            problems.add(new Problem("/url", quoted(url), "a wss:// URL (ws:// only for loopback hosts)"));
        } else if (uri.getHost() == null) {
            problems.add(new Problem("/url", quoted(url) + " without a host", "wss://host[:port]/path"));
        } else if (uri.getPort() > 65_535 || uri.getPort() == 0) {
            problems.add(new Problem("/url", quoted(url) + " with port " + uri.getPort(), "a port from 1 to 65535"));
        } else if (uri.getRawFragment() != null) {
            problems.add(new Problem("/url", quoted(url) + " with a #fragment", "a URL without one"));
        } else if (scheme.equals("ws") && !allowPlaintext && !isLoopback(uri.getHost())) {
            problems.add(new Problem(
                    "/url",
                    quoted(url),
                    "wss://, or ws:// to a loopback host, or \"allowPlaintext\": true if the network is trusted"));
        }
        return problems;
    }

    /** The URL as it may stand in a log: user info and the values of secret-looking query parameters are masked. */
    public static String masked(String url) {
        String shown = USER_INFO.matcher(url).replaceFirst("//***@");
        return SECRET_PARAMETER.matcher(shown).replaceAll("$1***");
    }

    private static String quoted(String url) {
        return '"' + masked(url) + '"';
    }

    /** By name only, never by a DNS look-up: a name that merely resolves to loopback does not count. */
    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
