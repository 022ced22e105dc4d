package io.firstline.config.feed;

import io.firstline.config.Credentials;
import io.firstline.config.Endpoint;
import io.firstline.config.PathsConfig;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.secret.TemplateValues;
import io.firstline.config.venue.Limits;
import io.firstline.config.venue.PathsReader;
import io.firstline.config.venue.UserMessage;
import io.firstline.config.venue.Venue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Converts the keys of a feed that concern each of its connections: where it goes, and with what. */
final class ConnectionReader {
    private static final SchemaKeys KEYS = SchemaKeys.FEED;
    private static final String STAND_IN_URL = "wss://stand.in";

    private final FeedJson json;
    private final Venue venue;
    private final Path directory;
    private final boolean simulator;
    private final UnaryOperator<String> environment;
    private boolean simulated;

    /**
     * Prepares a reader.
     *
     * @param venue null = none, or it is not known
     * @param simulator whether there is a simulator for {@code sim:} URLs
     */
    ConnectionReader(FeedJson json, Venue venue, Path directory, boolean simulator, UnaryOperator<String> environment) {
        this.json = json;
        this.venue = venue;
        this.directory = directory;
        this.simulator = simulator;
        this.environment = environment;
    }

    /** Whether its URL leads to the simulator. Known once it is read. */
    boolean isSimulated() {
        return simulated;
    }

    /** Reads the connection, with this id. */
    WsConnectionConfig read(String name) {
        List<String> urls = urls();
        Limits limits = venue == null ? Limits.NONE : venue.limits();
        RetryConfig retry = json.attempt(
                () -> new RetryConfig(
                        json.isBroken("retryBaseMs") ? KEYS.min("retryBaseMs") : json.number("retryBaseMs"),
                        json.isBroken("retryCapMs") ? KEYS.max("retryCapMs") : json.number("retryCapMs"),
                        json.number("retryStableMs"),
                        limits.connectsPer5Min() > 0
                                ? json.number("connectsPer5Min", limits.connectsPer5Min())
                                : json.number("connectsPer5Min")),
                RetryConfig.DEFAULT);
        Map<String, Object> values = new HashMap<>();
        values.put("url", urls.get(0));
        values.put("furtherUrls", urls.subList(1, urls.size()));
        values.put("connectionId", name);
        values.put("framesPerSecond", json.number("framesPerSecond", limits.framesPerSecond()));
        values.put("limits", limits.further());
        values.put("retry", retry);
        values.put("trustedCertificates", certificates());
        values.put("endpoint", venue == null ? Endpoint.NONE : venue.endpoint());
        values.put("subProtocols", subProtocols());
        List<Map<String, String>> headers = headers();
        values.put("headers", headers.get(0));
        values.put("furtherHeaders", headers.subList(1, headers.size()));
        values.put("paths", paths());
        values.put("credentials", credentials());
        if (json.isBroken("allowPlaintext")) {
            values.put("allowPlaintext", true); // without a valid key it is unknown whether ws:// is allowed
        }
        return json.read(WsConnectionConfig.class, values, WsConnectionConfig.of(STAND_IN_URL));
    }

    /** The URLs of the feed's connections: its own, or those where the venue serves its first stream. */
    private List<String> urls() {
        if (json.has("url")) {
            List<String> urls = json.texts("url");
            if (urls.size() > 1 && urls.stream().anyMatch(FeedUrl::isSimulated)) {
                json.report("/url", urls.size() + " URLs, some with sim:", "one sim: URL alone, or several others");
                return List.of(STAND_IN_URL);
            }
            return urls.stream()
                    .map(url -> FeedUrl.isSimulated(url) ? simulated(url) : url)
                    .toList();
        }
        if (venue != null) {
            List<String> streams = json.texts("streams");
            List<String> urls = streams.isEmpty() ? venue.urls() : venue.urlsOf(streams.get(0));
            if (!urls.isEmpty()) {
                return urls;
            }
            if (!venue.endpoint().isNone()) {
                return List.of(venue.endpoint().standIn());
            }
            json.report("/url", "nothing", "a \"url\": the venue " + venue.name() + " has none");
        }
        if (!json.has("venue") && !json.isBroken("url") && !json.isBroken("venue")) {
            json.report("/url", "nothing", "a \"url\" or a \"venue\"");
        }
        return List.of(STAND_IN_URL);
    }

    /**
     * A {@code sim:} URL in a form that the records accept, with {@link FeedUrl#SIMULATOR} in place of the unknown
     * address.
     */
    private String simulated(String url) {
        String resolved = FeedUrl.onSimulator(url);
        if (!simulator) {
            json.report(
                    "/url",
                    ProblemText.quoted(url),
                    "wss://host[:port]/path; sim: needs a \"simulator\" section beside the feeds");
        } else if (!url.startsWith("sim:/")
                || url.startsWith("sim://")
                || !FeedUrl.problems(resolved, false).isEmpty()) {
            json.report("/url", ProblemText.quoted(url), "sim:/path without blanks and #fragment");
        } else {
            simulated = true;
            return resolved;
        }
        return STAND_IN_URL;
    }

    /** The venue's headers, with those of the feed in their place: all of them for each turn. */
    private List<Map<String, String>> headers() {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (venue != null) {
            headers.putAll(venue.headers());
        }
        json.path("headers").properties().forEach(e -> {
            headers.remove(e.getKey()); // the feed's spelling counts
            headers.put(e.getKey(), FeedJson.texts(e.getValue()));
        });
        int turns = headers.values().stream().mapToInt(List::size).max().orElse(1);
        List<Map<String, String>> each = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            Map<String, String> all = new TreeMap<>();
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                all.put(
                        header.getKey(),
                        header.getValue().get(turn % header.getValue().size()));
            }
            each.add(all);
        }
        return each;
    }

    /** The secrets that the feed's own texts use; null = not known. */
    private Set<String> secretsUsed() {
        if ((json.has("venue") && venue == null) || json.isAnyBroken()) {
            return null;
        }
        Set<String> names = new HashSet<>();
        Stream.of(
                        json.texts("url"),
                        json.texts("subProtocols"),
                        json.texts("onConnect"),
                        List.of(json.text("subscribe"), json.text("unsubscribe")))
                .flatMap(List::stream)
                .forEach(template -> names.addAll(TemplateValues.secrets(template)));
        json.path("headers").forEach(header -> FeedJson.texts(header)
                .forEach(value -> names.addAll(TemplateValues.secrets(value))));
        json.path("paths").path("proxies").forEach(proxy -> names.addAll(TemplateValues.secrets(proxy.asText())));
        return names;
    }

    /** Reports placeholders in the user's messages that no connection could fill in. */
    private void checkOnConnect(Credentials credentials, boolean endpoint) {
        List<String> messages = json.texts("onConnect");
        for (int i = 0; i < messages.size(); i++) {
            json.problems()
                    .addAll(UserMessage.problems(
                            "/onConnect/" + i,
                            messages.get(i),
                            credentials.secrets().keySet(),
                            endpoint));
            if (credentials.sign().isNone() && TemplateValues.isSigned(messages.get(i))) {
                json.report("/onConnect/" + i, "${sign}", "only with a venue that signs");
            }
        }
    }

    /** The feed's paths, which replace those of the venue. */
    private PathsConfig paths() {
        if (venue != null && !json.has("paths")) {
            return venue.paths();
        }
        PathsReader reader = new PathsReader(environment);
        PathsConfig paths = reader.read(json.path("paths"));
        json.problems().addAll(reader.problems());
        return paths;
    }

    private Credentials credentials() {
        SecretsReader reader = new SecretsReader(directory, environment);
        Credentials credentials = reader.read(json.path("secrets"), json.isBroken("secrets"), venue, secretsUsed());
        json.problems().addAll(reader.problems());
        // an unknown venue might have an endpoint
        checkOnConnect(
                credentials,
                venue == null ? json.has("venue") : !venue.endpoint().isNone());
        return credentials;
    }

    /** The feed's sub-protocols. An empty list offers none, whatever the venue's profile has. */
    private List<String> subProtocols() {
        return venue == null || json.has("subProtocols") ? json.texts("subProtocols") : venue.subProtocols();
    }

    /** The file of trusted authorities, read now because an error at the first connection would be too late. */
    private String certificates() {
        String file = json.text("trustedCertificates");
        if (file.isEmpty()) {
            return "";
        }
        String wrong;
        try {
            Path path = directory == null ? Path.of(file) : directory.resolve(file);
            if (JsonText.isSpecial(path) || (Files.isRegularFile(path) && Files.size(path) > JsonText.MAX_BYTES)) {
                throw new IOException("no certificates");
            }
            InputStream in = new ByteArrayInputStream(Files.readAllBytes(path));
            if (!CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .isEmpty()) {
                return path.toString();
            }
            wrong = "which holds no certificate";
        } catch (InvalidPathException | IOException e) {
            wrong = "which cannot be read";
        } catch (CertificateException e) {
            wrong = "which holds other data than certificates";
        }
        json.report("/trustedCertificates", ProblemText.quoted(file) + ", " + wrong, "a PEM file with certificates");
        return "";
    }
}
