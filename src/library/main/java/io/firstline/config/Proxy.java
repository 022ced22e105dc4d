package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.ProblemText;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy on the way to a server. Its text never shows the login. Immutable.
 *
 * @param kind its protocol
 * @param host its name or address
 * @param port its port
 * @param user the user of the login, perhaps with a placeholder for a secret; empty = no login
 * @param password the password of the login, perhaps with a placeholder for a secret
 */
public record Proxy(Kind kind, String host, int port, String user, String password) {
    /** The forms of a proxy, for people. */
    public static final String ALLOWED = "http://[user:password@]host:port or socks5://[user:password@]host:port";

    /** The scheme, the login with its at sign, the host, the port. */
    private static final Pattern FORM =
            Pattern.compile("(?i)(http|socks5h?)://(.*@)?(\\[[0-9a-f:.]+]|[^:/?#@\\[\\]\\s]+)(?::(\\d{1,5}))?/?");

    private static final int HIGHEST_PORT = 65_535;

    /** The protocols. */
    public enum Kind {
        /** HTTP CONNECT (RFC 9110, 9.3.6). */
        HTTP,
        /** SOCKS version 5 (RFC 1928, 1929). */
        SOCKS5
    }

    /**
     * Reads a proxy. A user or password with reserved characters is percent-encoded, as in every URL; placeholders of
     * secrets are not.
     *
     * @throws io.firstline.config.problem.InvalidConfigException if it is none; no login is shown
     */
    public static Proxy parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        boolean valid = form.matches();
        String port = valid ? form.group(4) : null;
        String shown = ProblemText.quoted(FeedUrl.masked(text));
        new Checks()
                .require(valid, "proxy", shown, ALLOWED)
                .require(!valid || port != null, "proxy", shown + " without a port", ALLOWED)
                .require(port == null || isPort(port), "proxy", shown, "a port from 1 to " + HIGHEST_PORT)
                .throwIfAny("proxy");
        String login = form.group(2) == null
                ? ""
                : form.group(2).substring(0, form.group(2).length() - 1);
        int colon = login.indexOf(':');
        return new Proxy(
                form.group(1).toLowerCase(Locale.ROOT).equals("http") ? Kind.HTTP : Kind.SOCKS5,
                form.group(3),
                Integer.parseInt(port),
                decoded(colon < 0 ? login : login.substring(0, colon)),
                decoded(colon < 0 ? "" : login.substring(colon + 1)));
    }

    private static boolean isPort(String digits) {
        int port = Integer.parseInt(digits);
        return port > 0 && port <= HIGHEST_PORT;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /** The proxy without its login, as in {@code socks5://10.0.0.1:1080}. */
    public String address() {
        return kind.name().toLowerCase(Locale.ROOT) + "://" + host + ":" + port;
    }

    public boolean hasLogin() {
        return !user.isEmpty();
    }

    /** The texts that may have placeholders of secrets. */
    public List<String> templates() {
        return List.of(user, password);
    }

    /** The same proxy with another login. */
    Proxy withLogin(String newUser, String newPassword) {
        return new Proxy(kind, host, port, newUser, newPassword);
    }

    @Override
    public String toString() {
        return address();
    }
}
