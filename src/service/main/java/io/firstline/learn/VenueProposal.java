package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A venue profile proposed from messages, with the evidence for it. Immutable. */
public final class VenueProposal {
    private static final String ROW = "%-24s %7s %8s %7s  %-34s %-12s %7s %6s";

    private final ObservedMessages observed;
    private final ControlSigns control;
    private final StreamMembers members;
    private final EventTimes times;
    private final List<KindFindings> kinds;
    private final int unnamed;

    private VenueProposal(ObservedMessages observed) {
        this.observed = observed;
        List<ReadMessage> messages = new ArrayList<>();
        List<List<String>> texts = observed.texts();
        for (int connection = 0; connection < texts.size(); connection++) {
            for (String text : texts.get(connection)) {
                messages.add(ReadMessage.of(connection, text));
            }
        }
        ControlSigns first = new ControlSigns(messages, message -> false);
        members = new StreamMembers(json(first.data()));
        // what has no stream and no numbers is no data either, such as a welcome
        control = new ControlSigns(
                messages,
                message -> !message.numbersInArrays() && members.name(message).isEmpty());
        List<ReadMessage> named = json(control.data()).stream()
                .filter(message -> !members.name(message).isEmpty())
                .toList();
        unnamed = control.data().size() - named.size();
        times = EventTimes.of(named);
        kinds = StreamGroup.of(named, members).stream().map(KindFindings::of).toList();
    }

    private static List<ReadMessage> json(List<ReadMessage> messages) {
        return messages.stream().filter(message -> message.root() != null).toList();
    }

    /** Reads the messages; takes some seconds for many of them. */
    public static VenueProposal of(ObservedMessages observed) {
        return new VenueProposal(observed);
    }

    /**
     * The profile, complete as a file.
     *
     * @param url of the venue; empty if it is not known
     */
    public JsonObject profile(String url, LocalDate today) {
        JsonObject profile = new JsonObject()
                .put(
                        "description",
                        String.format(
                                Locale.ROOT,
                                "Proposed by firstline learn from %,d messages on %d connections. Requests, limits and "
                                        + "heartbeats are not in it.",
                                observed.messages(),
                                observed.connections()))
                .put("checked", today.toString());
        if (!url.isEmpty()) {
            profile.put("url", url);
        }
        return profile.put("messages", messages());
    }

    private JsonObject messages() {
        JsonObject json = new JsonObject();
        if (!observed.payload().isEmpty()) {
            json.put("payload", observed.payload());
        }
        if (!times.pointers().isEmpty()) {
            json.put(
                    "eventTime",
                    new JsonObject().put("at", new JsonArray(times.pointers())).put("unit", times.unit()));
        }
        json.put("stream", new JsonArray(members.parts()));
        JsonArray signs = new JsonArray();
        control.signs().stream().filter(sign -> sign.text() != null).forEach(sign -> signs.add(sign.text()));
        control.byPointer().forEach((pointer, values) -> signs.add(sign(pointer, values)));
        if (!signs.isEmpty()) {
            json.put("control", signs);
        }
        JsonObject classes = new JsonObject();
        kinds.forEach(
                found -> found.json().ifPresent(one -> classes.put(found.kind().name(), one)));
        if (!classes.isEmpty()) {
            json.put("classes", classes);
        }
        return json;
    }

    static JsonObject sign(String pointer, List<JsonNode> values) {
        JsonObject sign = new JsonObject().put("at", pointer);
        if (!values.isEmpty()) {
            JsonArray is = new JsonArray();
            values.forEach(value -> is.add(value.isBoolean() ? (Object) value.booleanValue() : value.asText()));
            sign.put("is", is);
        }
        return sign;
    }

    /** The evidence, one line each. */
    public List<String> evidence() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d messages on %d connections; %,d control, %,d without a stream; %,d more not kept, %,d unreadable",
                observed.messages(),
                observed.connections(),
                control.control().size(),
                unnamed,
                observed.left(),
                observed.unreadable()));
        lines.add("streams are named by " + String.join(" ", members.parts()));
        control.signs()
                .forEach(sign -> lines.add(String.format(
                        Locale.ROOT,
                        "control: %s, %,d messages",
                        sign.text() != null
                                ? sign.text()
                                : sign.pointer() + (sign.value() == null ? "" : " = " + sign.value()),
                        sign.messages())));
        if (!times.pointers().isEmpty()) {
            lines.add("times: " + String.join(" ", times.pointers()) + " in " + times.unit());
        }
        lines.add(String.format(
                Locale.ROOT, ROW, "KIND", "STREAMS", "MESSAGES", "EQUAL", "KEY", "SEQUENCE", "STEPS", "BROKEN"));
        kinds.forEach(found -> lines.add(row(found)));
        for (KindFindings found : kinds) {
            if (!found.ignore().isEmpty()) {
                lines.add(found.kind().name() + ": connections differ in " + String.join(" ", found.ignore()));
            }
            if (found.items() != null) {
                lines.add(found.kind().name() + ": connections group the elements of \"" + found.items()
                        + "\" differently");
            }
            if (found.isUnmatched()) {
                lines.add(found.kind().name()
                        + ": no key was found, and the bytes differ: each message would be published several times");
            }
        }
        if (observed.connections() < 2) {
            lines.add("only one connection: what differs between connections is unknown");
        }
        return lines;
    }

    private static String row(KindFindings found) {
        return String.format(
                Locale.ROOT,
                ROW,
                found.kind().name(),
                found.kind().streams(),
                found.kind().messages().size(),
                found.kind().connections() < 2
                        ? "-"
                        : String.format(
                                Locale.ROOT, "%.1f%%", 100 * found.copies().share()),
                found.key().isEmpty() ? "bytes" : String.join(" ", found.key()),
                found.link().map(link -> link.link().label()).orElse("-"),
                found.link().map(link -> "" + link.confirmed()).orElse("-"),
                found.link().map(link -> "" + link.broken()).orElse("-"));
    }
}
