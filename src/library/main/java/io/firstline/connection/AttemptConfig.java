package io.firstline.connection;

import io.firstline.config.Credentials;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.Records;
import io.firstline.config.secret.Hidden;
import io.firstline.config.secret.SignatureTemplate;
import io.firstline.config.secret.TemplateValues;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Fills the placeholders of a configuration for one attempt to connect. Pure functions. */
final class AttemptConfig {
    private AttemptConfig() {}

    /**
     * The configuration of one attempt.
     *
     * @param values the values now, without the path of the URL
     * @param hidden returns what nobody may see, once the values are filled in
     * @throws io.firstline.config.problem.InvalidConfigException if a value cannot be where its placeholder is; its
     *     message may show the value
     */
    static WsConnectionConfig of(WsConnectionConfig config, TemplateValues values, Supplier<Hidden> hidden) {
        String template = FeedUrl.template(config.url());
        TemplateValues complete = values.withPath(path(
                TemplateValues.isSigned(template)
                        ? withoutQuery(template) // the signature cannot sign itself
                        : url(template, values)));
        Map<String, Object> filled = new LinkedHashMap<>();
        filled.put("url", url(template, complete));
        filled.put("furtherUrls", List.of());
        filled.put("furtherHeaders", List.of());
        filled.put("headers", headers(config.headers(), complete));
        filled.put(
                "subProtocols",
                config.subProtocols().stream().map(complete::plain).toList());
        if (!config.endpoint().isNone()) {
            filled.put(
                    "endpoint",
                    config.endpoint().withHeaders(headers(config.endpoint().headers(), complete)));
        }
        filled.put("path", config.path().filled(complete::plain));
        filled.put("paths", config.paths().filled(complete::plain)); // its logins would name secrets that are gone
        filled.put("credentials", new Credentials(Map.of(), SignatureTemplate.NONE, hidden.get()));
        return Records.with(config, filled);
    }

    /** Leaves out headers without a value. */
    private static Map<String, String> headers(Map<String, String> templates, TemplateValues values) {
        Map<String, String> headers = new LinkedHashMap<>();
        templates.forEach((name, template) -> {
            if (!values.lacks(template)) {
                headers.put(name, values.plain(template));
            }
        });
        return headers;
    }

    /** Leaves out parameters without a value. */
    private static String url(String template, TemplateValues values) {
        int query = template.indexOf('?');
        if (query < 0) {
            return values.inUrlText(template);
        }
        String parameters = Arrays.stream(template.substring(query + 1).split("&", -1))
                .filter(parameter -> !values.lacks(parameter))
                .map(values::inUrlText)
                .collect(Collectors.joining("&"));
        return values.inUrlText(withoutQuery(template)) + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    private static String withoutQuery(String template) {
        int query = template.indexOf('?');
        return query < 0 ? template : template.substring(0, query);
    }

    /** The path and the query of a URL, as in the request. */
    private static String path(String url) {
        URI uri = URI.create(url);
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
}
