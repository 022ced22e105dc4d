package io.firstline.config.secret;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of placeholders at one moment: <code>${secret.NAME}</code>, <code>${sign}</code>, <code>${time}</code>
 * (seconds), <code>${timeMs}</code>, <code>${timeIso}</code>, <code>${time+120}</code>, <code>${nonce}</code>,
 * <code>${path}</code>, <code>${last}</code> and <code>${endpoint/pointer}</code>. All templates that are filled with
 * one object agree: the signature is of the time and the nonce that are sent.
 */
public final class TemplateValues implements UnaryOperator<String> {
    /** Before the name of a value from the answer of an endpoint. */
    private static final String ENDPOINT = "endpoint/";

    private static final String SECRET = "secret.";
    private static final String LAST = "last";
    private static final String NONCE = "nonce";
    private static final String SIGN = "sign";
    private static final String UNRESERVED = "-._~";

    private static final Set<String> OTHERS = Set.of("timeIso", NONCE, "path", LAST, SIGN);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern TIME = Pattern.compile("(time|timeMs)(?:\\+([0-9]{1,9}))?");
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Those of a message, for people: it has no URL and comes before the first number. */
    public static final String OF_MESSAGES =
            "${secret.NAME}, ${time}, ${timeMs}, ${timeIso}, ${time+60}, ${nonce}, ${endpoint/pointer}";

    public static final String KNOWN = OF_MESSAGES.replace("${endpoint", "${path}, ${last}, ${endpoint");

    private final Signer signer;
    private final long epochMs;
    private final String path;
    private final Long last;
    /** The nonce and the signature, once they are made. */
    private final Map<String, String> made = new HashMap<>();

    /**
     * Values of a moment.
     *
     * @param path path and query of the URL that is connected to
     * @param last the highest number that is known; null = none
     */
    TemplateValues(Signer signer, long epochMs, String path, Long last) {
        this.signer = signer;
        this.epochMs = epochMs;
        this.path = path;
        this.last = last;
    }

    /** The values of the same moment with the path of a URL. */
    public TemplateValues withPath(String known) {
        TemplateValues values = new TemplateValues(signer, epochMs, known, last);
        values.made.put(NONCE, nonce());
        return values;
    }

    /** The value of a placeholder; empty if it has none now. */
    @Override
    public String apply(String place) {
        if (place.startsWith(SECRET)) {
            return signer.secret(place.substring(SECRET.length()));
        }
        if (place.startsWith(ENDPOINT)) {
            return signer.answered(place.substring(ENDPOINT.length() - 1));
        }
        Matcher time = TIME.matcher(place);
        if (time.matches()) {
            long unit = time.group(1).equals("time") ? 1_000 : 1;
            long more = time.group(2) == null ? 0 : Long.parseLong(time.group(2));
            return Long.toString(Math.floorDiv(epochMs, unit) + more);
        }
        return switch (place) {
            case "timeIso" -> ISO.format(Instant.ofEpochMilli(epochMs));
            case NONCE -> nonce();
            case "path" -> path;
            case LAST -> last == null ? "" : last.toString();
            case SIGN -> signature();
            default -> throw new IllegalArgumentException("an unknown placeholder"); // checked before
        };
    }

    private String nonce() {
        return made.computeIfAbsent(NONCE, any -> Signer.newNonce());
    }

    private String signature() {
        String known = made.get(SIGN);
        if (known == null) {
            known = signer.signature(this);
            made.put(SIGN, known);
        }
        return known;
    }

    /** Whether a template needs a value that there is not. */
    public boolean lacks(String template) {
        return last == null && placesOf(template).contains(LAST);
    }

    /** The values, escaped as inside a JSON string. */
    public UnaryOperator<String> inJson() {
        return place -> inJson(apply(place));
    }

    /** Fills a template of JSON. */
    public String inJsonText(String template) {
        return filled(template, inJson());
    }

    /** Fills a template of a URL. */
    public String inUrlText(String template) {
        return filled(template, place -> inUrl(apply(place)));
    }

    /** Fills a template of a text as it is. */
    public String plain(String template) {
        return filled(template, this);
    }

    // pure functions

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether a placeholder is one of those here. */
    public static boolean isKnown(String place) {
        return place.startsWith(SECRET)
                ? isName(place.substring(SECRET.length()))
                : place.startsWith(ENDPOINT)
                        ? JsonText.isPointer(place.substring(ENDPOINT.length() - 1))
                        : TIME.matcher(place).matches() || OTHERS.contains(place);
    }

    /** Whether a text has placeholders of these kinds. */
    public static boolean isTemplate(String text) {
        return placesOf(text).stream().anyMatch(TemplateValues::isKnown);
    }

    static Set<String> placesOf(String template) {
        Set<String> places = new TreeSet<>();
        PLACEHOLDER.matcher(template).results().forEach(place -> places.add(place.group(1)));
        return places;
    }

    /** The names of the secrets in a template. */
    public static Set<String> secrets(String template) {
        Set<String> names = new TreeSet<>();
        placesOf(template).stream()
                .filter(place -> place.startsWith(SECRET))
                .forEach(place -> names.add(place.substring(SECRET.length())));
        return names;
    }

    /** Whether a template needs values of the answer of an endpoint. */
    public static boolean takesAnswer(String template) {
        return placesOf(template).stream().anyMatch(place -> place.startsWith(ENDPOINT));
    }

    /** The placeholders of a message that have no value. */
    public static Set<String> withoutValue(String message) {
        Set<String> places = placesOf(message);
        places.retainAll(Set.of(LAST, "path"));
        return places;
    }

    /** Whether a template contains the signature. */
    public static boolean isSigned(String template) {
        return placesOf(template).contains(SIGN);
    }

    static String filled(String template, UnaryOperator<String> values) {
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(place -> Matcher.quoteReplacement(
                        isKnown(place.group(1)) ? values.apply(place.group(1)) : place.group()));
    }

    /** A template with values that could be real. */
    public static String sample(String template) {
        return filled(template, TemplateValues::sampleOf);
    }

    /** A value that could be the real one of a placeholder. */
    public static String sampleOf(String place) {
        return place.startsWith("time") || place.equals(LAST) ? "1" : "x";
    }

    /**
     * Reports unknown placeholders.
     *
     * @param signs whether <code>${sign}</code> is allowed
     */
    public static void check(Checks checks, String field, String template, boolean signs) {
        boolean known = placesOf(template).stream().allMatch(place -> isKnown(place) && (signs || !SIGN.equals(place)))
                && PLACEHOLDER.matcher(template).replaceAll("").indexOf("${") < 0;
        // the template is not shown, because it may contain a credential
        checks.require(
                known, field, "an unknown placeholder", "the placeholders " + (signs ? "${sign}, " : "") + KNOWN);
    }

    static String inJson(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** Encodes a value for a URL: RFC 3986. */
    public static String inUrl(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xFF);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
