package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Schema;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of venue profiles: those in the jar, and those in {@code venues/} beside a configuration, which win. Merges
 * a profile with those that it extends, and checks the result against the schema.
 */
final class VenueFiles {
    /**
     * The profiles in the jar. A class path cannot be listed, so a test compares this list with {@code conf/venues/}.
     */
    static final List<String> SHIPPED = List.of(
            "alpaca",
            "alpaca-msgpack",
            "arbitrum",
            "aster",
            "aster-spot",
            "backpack",
            "binance-coinm",
            "binance-options",
            "binance-spot",
            "binance-spot-sbe",
            "binance-usdm",
            "bingx",
            "bitfinex",
            "bitget",
            "bitget-v3",
            "bithumb",
            "bitmex",
            "bitstamp",
            "bitvavo",
            "bybit-inverse",
            "bybit-linear",
            "bybit-option",
            "bybit-spot",
            "bybit-spread",
            "chainlink",
            "coinbase-advanced",
            "coinbase-advanced-login",
            "coinbase-derivatives",
            "coinbase-exchange",
            "coinbase-exchange-login",
            "cryptocom",
            "deribit",
            "deribit-raw",
            "dydx",
            "ethereum",
            "gate",
            "gate-futures",
            "gemini",
            "gemini-v2",
            "generic",
            "hitbtc",
            "hitbtc-v2",
            "htx",
            "htx-linear",
            "hyperliquid",
            "kalshi",
            "kraken-futures",
            "kraken-unified",
            "kraken-v1",
            "kraken-v2",
            "kucoin",
            "kucoin-futures",
            "kucoin-uta",
            "lighter",
            "massive",
            "mexc-futures",
            "mexc-spot",
            "nostr",
            "okx",
            "okx-sbe",
            "okx-vip",
            "phemex",
            "poloniex-futures",
            "polymarket",
            "pyth",
            "solana",
            "upbit",
            "whitebit");

    private static final int MAX_EXTENDED = 8;

    private VenueFiles() {}

    /**
     * The names of all profiles.
     *
     * @param directory the folder of the configuration; null = only the shipped ones
     */
    static Set<String> names(Path directory) {
        Set<String> names = new TreeSet<>(SHIPPED);
        if (directory != null && Files.isDirectory(directory.resolve("venues"))) {
            try (Stream<Path> files = Files.list(directory.resolve("venues"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".json"))
                        .map(file -> file.substring(0, file.length() - ".json".length()))
                        .filter(FeedName::isValid)
                        .forEach(names::add);
            } catch (IOException e) {
                // the shipped profiles are still useful in the message
                return names;
            }
        }
        return names;
    }

    /** The problem of a name that no profile has. */
    static Problem unknown(String pointer, String name, Path directory) {
        Set<String> names = names(directory);
        List<String> near = ProblemText.near(String.valueOf(name), names);
        return new Problem(
                pointer,
                ProblemText.quoted(String.valueOf(name)),
                "one of " + names.size() + " venue profiles"
                        + (near.isEmpty() ? "" : ", such as " + String.join(", ", near))
                        + " (\"firstline venues\" lists all)");
    }

    /**
     * Reads a profile and merges it with all that it extends. A profile that extends its own name means the shipped one.
     *
     * @return empty if there is none of this name
     */
    static Optional<ObjectNode> profile(String name, Path directory) {
        return readNamed(name, directory).map(found -> merged(found, name, !isIn(directory, name), directory));
    }

    /** Reads the profile in this file as if it were in {@code venues/}. */
    static ObjectNode profileIn(Path file) {
        String name = nameOf(file);
        return merged(read(name, JsonText.ofFile(file)), name, false, directoryOf(file));
    }

    /** The name of the profile in a file. */
    static String nameOf(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        return FeedName.isValid(name) ? name : "profile";
    }

    /** The folder of a configuration that would find the file. */
    private static Path directoryOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder.endsWith("venues") ? folder.getParent() : folder;
    }

    private static ObjectNode merged(ObjectNode found, String name, boolean isShipped, Path directory) {
        ObjectNode profile = found;
        boolean shipped = isShipped;
        String at = name;
        for (int extended = 0; profile.has("extends"); extended++) {
            String base = profile.remove("extends").asText();
            if (extended == MAX_EXTENDED) {
                throw notExtended(new Problem(
                        "/extends",
                        ProblemText.quoted(base),
                        "at most " + MAX_EXTENDED + " profiles that extend each other"));
            }
            boolean own = base.equals(at) && !shipped;
            shipped |= own || !isIn(directory, base);
            ObjectNode below = readNamed(base, own ? null : directory)
                    .orElseThrow(() -> notExtended(unknown("/extends", base, directory)));
            profile = onTopOf(below, profile);
            at = base;
        }
        List<Problem> problems = Schema.venue().check(profile);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return profile;
    }

    private static InvalidConfigException notExtended(Problem problem) {
        return new InvalidConfigException("venue", List.of(problem));
    }

    private static boolean isIn(Path directory, String name) {
        return directory != null && Files.exists(file(directory, name));
    }

    private static Path file(Path directory, String name) {
        return directory.resolve("venues").resolve(name + ".json");
    }

    private static Optional<ObjectNode> readNamed(String name, Path directory) {
        return FeedName.isValid(name) ? source(name, directory).map(source -> read(name, source)) : Optional.empty();
    }

    private static ObjectNode read(String name, String source) {
        List<Problem> problems = new ArrayList<>();
        JsonNode json = JsonText.tree(source, problems);
        if (json != null) {
            boolean whole = !json.has("extends"); // otherwise missing keys may be in the extended profile
            problems.addAll(whole ? Schema.venue().check(json) : Schema.venue().checkPart(json));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return (ObjectNode) json;
    }

    private static Optional<String> source(String name, Path directory) {
        if (isIn(directory, name)) {
            return Optional.of(JsonText.ofFile(file(directory, name)));
        }
        String resource = "conf/venues/" + name + ".json";
        try (InputStream in = VenueFiles.class.getResourceAsStream("/" + resource)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Merges objects; all other values replace those below. */
    private static ObjectNode onTopOf(ObjectNode below, ObjectNode above) {
        above.properties().forEach(e -> {
            JsonNode value = e.getValue();
            below.set(
                    e.getKey(),
                    value instanceof ObjectNode object && below.get(e.getKey()) instanceof ObjectNode lower
                            ? onTopOf(lower, object)
                            : value);
        });
        return below;
    }
}
