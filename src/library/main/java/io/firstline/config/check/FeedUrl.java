package io.firstline.config.check;

import io.firstline.config.problem.Problem;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks a feed's URL and masks its secrets. Pure functions. */
public final class FeedUrl {
    /** The placeholder of the embedded simulator's address. Nothing listens there, so a forgotten one fails at once. */
    private static final String SIMULATOR = "ws://127.0.0.1:1";

    private static final String SIMULATED = "sim:";
    private static final int MAX_LENGTH = 8_192;

    private static final Pattern SECRET_PARAMETER = Pattern.compile(
            "(?i)([?&][^?=&]*(?:key|token|secret|sig|auth|pass|pwd|jwt|session|credential)[^?=&]*=)[^&#]*");
    /** User info, also in a wrong URL: with a slash in the password or without a scheme. */
    private static final List<Pattern> USER_INFO = List.of(
            Pattern.compile("(//)[^/?#]*@"),
            Pattern.compile("(//)[^/?#@:\\[]*:(?!\\d*(?:[/?#]|$))\\S*@"),
            Pattern.compile("^((?:wss?:)?)[^/?#:@]+:[^/?#@]*@"));
    /** Everything before the path of a URL. */
    private static final Pattern AUTHORITY = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*");
    /** A path step that is too long and too uniform for a name: Binance's {@code /ws/<listenKey>}. */
    private static final Pattern SECRET_STEP = Pattern.compile("(?<=/)[A-Za-z0-9_.~-]{32,}(?=[/?#]|$)");
    /** The step after one that names a secret. */
    private static final Pattern NAMED_STEP = Pattern.compile(
            "(?i)(/(?:[a-z0-9_-]*(?:api-?_?key|token|secret|listen-?_?key|password|credential)s?|keys?)/)[^/?#]+");
    /** A step that mixes letters and digits as no stream's name does: {@code abc123key}. */
    private static final Pattern MIXED_STEP =
            Pattern.compile("(?<=/)(?:[^/?#]*[_.~-])?(?=[A-Za-z0-9]{8,}(?:[/?#_.~-]|$))"
                    + "(?:[A-Za-z]+[0-9]+[A-Za-z]|[0-9]+[A-Za-z]+[0-9])[^/?#]*");

    /** A placeholder, whose braces are no characters of a URL. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z][A-Za-z0-9._+/-]*)}");

    private static final Pattern ENCODED_PLACEHOLDER = Pattern.compile("\\$%7B([^%]*)%7D");

    private static final Pattern PARTS =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?)([^/?#:]*)(.*)", Pattern.DOTALL);

    private FeedUrl() {}

    /**
     * Encodes a URL for the wire: characters other than ASCII are percent-encoded as UTF-8, and in the host's name
     * encoded by IDNA (RFC 3490). Braces of placeholders are encoded too. Everything else remains, including encoded
     * characters.
     */
    public static String encoded(String template) {
        String url = PLACEHOLDER.matcher(template).replaceAll("\\$%7B$1%7D");
        Matcher parts = PARTS.matcher(url);
        if (!parts.matches()) {
            return percentEncoded(url);
        }
        return percentEncoded(parts.group(1)) + host(parts.group(2)) + percentEncoded(parts.group(3));
    }

    /** The result of {@link #encoded} with the braces of placeholders as they were. */
    public static String template(String encoded) {
        return ENCODED_PLACEHOLDER.matcher(encoded).replaceAll("\\${$1}");
    }

    private static String host(String name) {
        try {
            return isAscii(name) ? name : IDN.toASCII(name);
        } catch (IllegalArgumentException noName) {
            return name; // reported as an invalid host
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static String percentEncoded(String text) {
        if (isAscii(text)) {
            return text;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append(each >= 0 ? Character.toString(each) : String.format(Locale.ROOT, "%%%02X", each & 0xFF));
        }
        return encoded.toString();
    }

    /** Whether a connection may use this URL. */
    public static boolean isAllowed(String url, boolean allowPlaintext) {
        return problems(url, allowPlaintext).isEmpty();
    }

    /**
     * The problems of a URL; empty if it is allowed. {@code ws://} is for loopback hosts unless plaintext is allowed.
     */
    public static List<Problem> problems(String url, boolean allowPlaintext) {
        List<Problem> problems = new ArrayList<>();
        if (url == null || url.isBlank()) {
            problems.add(new Problem("/url", "nothing", "wss://host[:port]/path"));
            return problems;
        }
        if (url.length() > MAX_LENGTH) {
            problems.add(new Problem("/url", url.length() + " characters", "at most " + MAX_LENGTH + " characters"));
            return problems;
        }
        URI uri;
        try {
            uri = new URI(encoded(url));
        } catch (URISyntaxException e) {
            problems.add(new Problem("/url", quoted(url) + " (" + e.getReason() + ")", "wss://host[:port]/path"));
            return problems;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("wss") && !scheme.equals("ws")) {
            problems.add(new Problem("/url", quoted(url), "a wss:// URL (ws:// only for loopback hosts)"));
        } else if (uri.getHost() == null) {
            problems.add(new Problem("/url", quoted(url) + " without a valid host and port", "wss://host[:port]/path"));
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

    /** The problems of an HTTP URL: {@code https://}, or {@code http://} where {@code ws://} is allowed. */
    public static List<Problem> restProblems(String url, boolean allowPlaintext) {
        String lower = url.toLowerCase(Locale.ROOT);
        boolean http = lower.startsWith("http://") || lower.startsWith("https://");
        return http
                        && problems("ws" + url.substring("http".length()), allowPlaintext)
                                .isEmpty()
                ? List.of()
                : List.of(new Problem(
                        "/url",
                        url.isEmpty() ? "nothing" : quoted(url),
                        "https://host[:port]/path (http:// only for loopback hosts)"));
    }

    /** The URL for logs: user info, keys in the path and values of secret-looking query parameters are masked. */
    public static String masked(String url) {
        String shown = template(url.length() > MAX_LENGTH ? url.substring(0, MAX_LENGTH) + "…" : url);
        for (Pattern userInfo : USER_INFO) {
            shown = userInfo.matcher(shown).replaceFirst("$1***@");
        }
        shown = SECRET_PARAMETER.matcher(shown).replaceAll("$1***");
        Matcher authority = AUTHORITY.matcher(shown);
        if (!authority.find()) {
            return SECRET_STEP.matcher(shown).replaceAll("***"); // it may be a file, whose name must stay visible
        }
        int path = authority.end();
        int query = shown.indexOf('?', path);
        int end = query < 0 ? shown.length() : query;
        return shown.substring(0, path) + maskedPath(shown.substring(path, end)) + shown.substring(end);
    }

    private static String maskedPath(String path) {
        String shown = NAMED_STEP.matcher(path).replaceAll("$1***");
        shown = SECRET_STEP.matcher(shown).replaceAll("***");
        return MIXED_STEP.matcher(shown).replaceAll("***");
    }

    /** The host of a URL, with its port if the URL has one. */
    public static String authority(String url) {
        URI uri = URI.create(url);
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    /** Whether a configured URL refers to the embedded simulator. */
    public static boolean isSimulated(String url) {
        return url.startsWith(SIMULATED);
    }

    /** {@code sim:/path} in a form that the records accept, with a placeholder as address. */
    public static String onSimulator(String simulated) {
        return SIMULATOR + simulated.substring(SIMULATED.length());
    }

    /** Replaces the placeholder of {@link #onSimulator(String)} by the simulator's address. */
    public static String onSimulator(String resolved, String baseUrl) {
        String base = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
        return base + resolved.substring(SIMULATOR.length());
    }

    /** The HTTP URL of a path on the simulator, with a placeholder as address. */
    public static String restOnSimulator(String path) {
        return "http" + SIMULATOR.substring("ws".length()) + path;
    }

    /** Replaces the placeholder of {@link #restOnSimulator(String)} by the simulator's address. */
    public static String restOnSimulator(String resolved, String baseUrl) {
        return "http"
                + onSimulator("ws" + resolved.substring("http".length()), baseUrl)
                        .substring("ws".length());
    }

    /** Converts the result of {@link #onSimulator(String)} back into the configured text. */
    public static String withoutAddress(String resolved) {
        return SIMULATED + resolved.substring(SIMULATOR.length());
    }

    private static String quoted(String url) {
        return ProblemText.quoted(url);
    }

    /** Decides by name, never by a DNS look-up: a name that merely resolves to loopback does not count. */
    public static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
