package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.secret.TemplateValues;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP endpoint of a venue that returns the URL of the next connection, usually with a one-time token. Requested
 * again for every attempt. Immutable; checked in the constructor.
 *
 * @param url {@code https://…}; {@code http://} is allowed where {@code ws://} is
 * @param method the HTTP method
 * @param headers headers of the request; their values are never shown
 * @param target a template of the connection's URL: <code>${/pointer}</code> becomes the value there in the answer,
 *     <code>${id}</code> a new id. After the first {@code ?} values are percent-encoded
 * @param keepAlive the request that keeps a listen key alive
 */
public record Endpoint(String url, Method method, Map<String, String> headers, String target, KeepAlive keepAlive) {
    /** No endpoint: the URLs are known. */
    public static final Endpoint NONE = new Endpoint("", Method.GET, Map.of(), "");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)\\}?");
    /** The HTTP method; a POST or PUT has no body. */
    public enum Method {
        GET,
        POST,
        PUT
    }

    /**
     * A request that each open connection repeats, with the headers of the endpoint, so that the venue does not let its
     * listen key expire.
     *
     * @param method the HTTP method
     * @param url a template of its URL, as {@code target}
     * @param everyMs milliseconds between two requests; 0 = none is needed
     */
    public record KeepAlive(Method method, String url, int everyMs) {
        /** Nothing expires. */
        public static final KeepAlive NONE = new KeepAlive(Method.PUT, "", 0);

        public KeepAlive {
            method = method == null ? Method.PUT : method;
            url = url == null ? "" : url;
            Checks checks = new Checks();
            if (everyMs != 0 || !url.isEmpty()) {
                checks.range("everyMs", everyMs, 1_000, 86_400_000)
                        .add(FeedUrl.restProblems(PLACEHOLDER.matcher(url).replaceAll("x"), true))
                        .require(
                                isKnown(url), "url", ProblemText.quoted(url), "a URL with ${/pointer} into the answer");
            }
            checks.throwIfAny("keepAlive");
        }

        public boolean isNone() {
            return everyMs == 0;
        }

        /**
         * The URL of the request.
         *
         * @param answer returns the value at a JSON pointer of the endpoint's answer
         */
        public String at(UnaryOperator<String> answer) {
            return filled(url, answer, "");
        }
    }

    /** An endpoint of URLs that do not expire. */
    public Endpoint(String url, Method method, Map<String, String> headers, String target) {
        this(url, method, headers, target, KeepAlive.NONE);
    }

    public Endpoint {
        url = url == null ? "" : FeedUrl.encoded(url);
        method = method == null ? Method.GET : method;
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        target = target == null ? "" : target;
        keepAlive = keepAlive == null ? KeepAlive.NONE : keepAlive;
        Checks checks = new Checks();
        if (!url.isEmpty() || !target.isEmpty()) {
            // the feed decides whether http:// is allowed for this host
            checks.add(FeedUrl.restProblems(url, true))
                    .add(WsConnectionConfig.headerProblems(headers))
                    .require(
                            makesUrls(target),
                            "target",
                            ProblemText.quoted(target),
                            "a template of a wss:// URL with ${/pointer} into the answer and, if the venue wants it, ${id}");
        }
        checks.throwIfAny("endpoint");
    }

    private static boolean isKnown(String template) {
        return PLACEHOLDER
                .matcher(template)
                .results()
                .allMatch(place -> place.group().endsWith("}")
                        && (place.group(1).equals("id")
                                || (!place.group(1).isEmpty() && JsonText.isPointer(place.group(1)))));
    }

    private static boolean makesUrls(String target) {
        boolean whole = target.startsWith("${/");
        String sample = PLACEHOLDER.matcher(target).replaceAll("x");
        return isKnown(target)
                && FeedUrl.problems(whole ? "wss://" + sample : sample, true).isEmpty();
    }

    /** The same endpoint with other headers. */
    public Endpoint withHeaders(Map<String, String> others) {
        return new Endpoint(url, method, others, target, keepAlive);
    }

    public boolean isNone() {
        return url.isEmpty();
    }

    /**
     * The placeholder of the connection URL while it is unknown: in reports, and where attempts are counted by host.
     */
    public String standIn() {
        return "ws" + url.substring("http".length());
    }

    /**
     * The URL of one connection.
     *
     * @param answer returns the value at a JSON pointer of the answer
     */
    public String target(UnaryOperator<String> answer, String id) {
        return filled(target, answer, id);
    }

    private static String filled(String template, UnaryOperator<String> answer, String id) {
        int query = template.indexOf('?');
        return PLACEHOLDER.matcher(template).replaceAll(place -> {
            String value = place.group(1).equals("id") ? id : answer.apply(place.group(1));
            return Matcher.quoteReplacement(query < 0 || place.start() < query ? value : TemplateValues.inUrl(value));
        });
    }
}
