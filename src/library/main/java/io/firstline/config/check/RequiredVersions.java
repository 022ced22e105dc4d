package io.firstline.config.check;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The versions of Vert.x and Netty that Firstline is made for. A build that manages versions for other libraries may
 * choose older ones. One sentence then names them, instead of an error about a missing class. A configuration checks
 * them, because with other versions not even the classes that use it can be loaded.
 */
public final class RequiredVersions {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    /** Parts of Netty with separate version numbers. */
    private static final Pattern OTHER_NUMBERS = Pattern.compile("netty-(incubator|tcnative).*");

    private static final int MOST_NAMES = 3;

    private RequiredVersions() {}

    /** Checked once per JVM. */
    private static final class Found {
        static final String PROBLEM = problem(RequiredVersions.class.getClassLoader());
    }

    /**
     * Checks the versions.
     *
     * @throws IllegalStateException naming the versions found and the allowed ones
     */
    public static void check() {
        if (!Found.PROBLEM.isEmpty()) {
            throw new IllegalStateException(Found.PROBLEM);
        }
    }

    /** The sentence about what this loader finds; empty = nothing is known to be wrong. */
    public static String problem(ClassLoader loader) {
        StringJoiner wrong = new StringJoiner("; ", "Firstline cannot run with these libraries: ", "");
        wrong.setEmptyValue("");
        try {
            String vertx = vertx(loader);
            if (isBefore(vertx, 5, 0)) {
                wrong.add("found Vert.x " + vertx + ", allowed: 5.0 or newer");
            }
            Map<String, String> old = netty(loader);
            old.values().removeIf(version -> !isBefore(version, 4, 2));
            if (!old.isEmpty()) {
                wrong.add("found Netty " + Collections.max(old.values()) + " (" + first(old.keySet())
                        + "), allowed: 4.2 or newer");
            }
        } catch (IOException e) {
            return ""; // unreadable versions are no reason to refuse
        }
        return wrong.toString();
    }

    private static String first(Collection<String> artifacts) {
        String some = artifacts.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        int more = artifacts.size() - MOST_NAMES;
        return more > 0 ? some + " and " + more + " more" : some;
    }

    /** Empty if unknown. */
    private static String vertx(ClassLoader loader) throws IOException {
        try (InputStream in = loader.getResourceAsStream("META-INF/vertx/vertx-version.txt")) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    /** The versions of Netty's artifacts; a build may mix them. */
    private static Map<String, String> netty(ClassLoader loader) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        for (URL file : Collections.list(loader.getResources("META-INF/io.netty.versions.properties"))) {
            Properties properties = new Properties();
            try (InputStream in = file.openStream()) {
                properties.load(in);
            }
            for (String key : properties.stringPropertyNames()) {
                if (key.endsWith(".version") && !OTHER_NUMBERS.matcher(key).matches()) {
                    versions.putIfAbsent(
                            key.substring(0, key.length() - ".version".length()), properties.getProperty(key));
                }
            }
        }
        return versions;
    }

    private static boolean isBefore(String version, int major, int minor) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return false;
        }
        int itsMajor = Integer.parseInt(parts.group(1));
        return itsMajor < major || (itsMajor == major && Integer.parseInt(parts.group(2)) < minor);
    }
}
