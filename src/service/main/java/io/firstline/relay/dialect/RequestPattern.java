package io.firstline.relay.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.firstline.config.venue.RequestTemplate;
import io.firstline.config.venue.SubscribeTemplates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template of requests, read backwards: finds the streams and the id in a request that a client may have written in
 * another form, with its members in another order, or with several streams where the template has one. Immutable.
 *
 * <p>A part of the template that holds for each of several parts of the request has several results; the results of
 * different parts are joined where they agree.
 */
final class RequestPattern {
    private static final Pattern WORD = Pattern.compile("[1-9]");
    private static final String LIST = "streams,";

    /** The streams and the id of a request; the id is JSON, null = none. */
    record Found(List<String> streams, String id) {}

    private final SubscribeTemplates requests;
    private final RequestTemplate how;
    private final JsonNode pattern;
    /** The entries of the template's list: those of all kinds of streams that share the template. */
    private final Map<RequestTemplate, JsonNode> arguments = new LinkedHashMap<>();

    private final Set<String> optional;
    private final String idMember;

    /**
     * Reads a template.
     *
     * @param how the kind of streams that the template is for
     * @param kinds all kinds whose streams a request of this template may list
     * @param optional names of members that a request may lack or have in addition
     * @param idMember the member that is the id of a request, where the template has none; empty = none
     * @throws IllegalArgumentException if the template is not JSON
     */
    RequestPattern(
            SubscribeTemplates requests,
            String template,
            RequestTemplate how,
            List<RequestTemplate> kinds,
            Set<String> optional,
            String idMember) {
        this.requests = requests;
        this.how = how;
        this.pattern = TemplateTree.of(template);
        kinds.forEach(
                kind -> arguments.put(kind, TemplateTree.of(kind.argument().isEmpty() ? "${name}" : kind.argument())));
        this.optional = optional;
        this.idMember = idMember;
    }

    /** Reads a request; null = it is of another form. */
    Found read(JsonNode request) {
        Reading reading = new Reading();
        List<StreamPart> parts = reading.match(pattern, request, true);
        if (parts == null) {
            return null;
        }
        Set<String> names = new LinkedHashSet<>();
        for (StreamPart part : parts) {
            String name = name(part, how);
            if (name == null) {
                return null;
            }
            names.add(name);
        }
        return new Found(List.copyOf(names), reading.id);
    }

    /** The name of a stream of this kind; null if a word is missing, or if the name is of another kind. */
    private String name(StreamPart part, RequestTemplate kind) {
        if (part.name() != null) {
            return part.name();
        }
        String name = part.name(kind.words());
        return name != null && requests.of(name).equals(kind) ? name : null;
    }

    /** One request. Null = a part is of another form than the template. */
    private final class Reading {
        private static final List<StreamPart> ONE = List.of(StreamPart.NOTHING);

        private String id;

        private List<StreamPart> match(JsonNode wanted, JsonNode value, boolean top) {
            if (wanted.isTextual()) {
                return text(wanted.textValue(), value);
            }
            if (wanted.isObject()) {
                return object(wanted, value, top);
            }
            if (wanted.isArray()) {
                return array(wanted, value);
            }
            return wanted.equals(value) ? ONE : null;
        }

        private List<StreamPart> text(String wanted, JsonNode value) {
            String place = TemplateTree.placeIn(wanted);
            if (!place.isEmpty()) {
                return bare(place, value);
            }
            if (!value.isValueNode() || value.isNull()) {
                return null;
            }
            String only = TemplateTree.onlyPlaceIn(wanted);
            if (TemplateTree.isOfRequest(only)) {
                return bare(only, value);
            }
            return inText(wanted, value);
        }

        /** A value that is a placeholder and nothing else. */
        private List<StreamPart> bare(String place, JsonNode value) {
            if (place.equals("id")) {
                id = value.toString();
                return value.isValueNode() ? ONE : null;
            }
            if (place.equals("streams")) {
                return value.isArray() ? each(value) : each(List.of(value));
            }
            if (place.startsWith("*")) {
                return value.isArray() ? words(place.charAt(1) - '0', value) : null;
            }
            return WORD.matcher(place).matches() ? words(Integer.parseInt(place), List.of(value)) : ONE;
        }

        private List<StreamPart> each(Iterable<JsonNode> entries) {
            List<StreamPart> all = new ArrayList<>();
            for (JsonNode entry : entries) {
                List<StreamPart> parts = entry(entry);
                if (parts == null || all.size() + parts.size() > StreamPart.MOST) {
                    return null;
                }
                all.addAll(parts);
            }
            return all;
        }

        /** The streams of an entry, which is of the first kind whose form and name it has. */
        private List<StreamPart> entry(JsonNode entry) {
            for (Map.Entry<RequestTemplate, JsonNode> argument : arguments.entrySet()) {
                RequestTemplate kind = argument.getKey();
                List<StreamPart> parts =
                        kind.argument().isEmpty() ? whole(entry) : match(argument.getValue(), entry, false);
                List<String> names = parts == null
                        ? List.of()
                        : parts.stream()
                                .map(part -> name(part, kind))
                                .filter(Objects::nonNull)
                                .toList();
                if (parts != null
                        && names.size() == parts.size()
                        && names.stream().allMatch(name -> requests.of(name).equals(kind))) {
                    return names.stream()
                            .map(name -> new StreamPart(Map.of(), name))
                            .toList();
                }
            }
            return null;
        }

        private List<StreamPart> whole(JsonNode entry) {
            return entry.isTextual() && !entry.textValue().isEmpty()
                    ? List.of(new StreamPart(Map.of(), entry.textValue()))
                    : null;
        }

        private List<StreamPart> words(int number, Iterable<JsonNode> values) {
            List<StreamPart> all = new ArrayList<>();
            for (JsonNode value : values) {
                String word = value.isValueNode() && !value.isNull() ? value.asText() : "";
                if (word.isEmpty() || word.contains(how.words()) || all.size() == StreamPart.MOST) {
                    return null;
                }
                all.add(StreamPart.word(number, word));
            }
            return all;
        }

        /** A text that contains placeholders. */
        private List<StreamPart> inText(String wanted, JsonNode value) {
            StringBuilder expression = new StringBuilder();
            List<String> places = new ArrayList<>();
            Matcher place = TemplateTree.PLACEHOLDER.matcher(wanted);
            int at = 0;
            while (place.find()) {
                expression
                        .append(Pattern.quote(wanted.substring(at, place.start())))
                        .append("(.+?)");
                places.add(place.group(1));
                at = place.end();
            }
            expression.append(Pattern.quote(wanted.substring(at)));
            Matcher found = Pattern.compile(expression.toString()).matcher(value.asText());
            if (!found.matches()) {
                return null;
            }
            List<StreamPart> all = ONE;
            for (int i = 0; all != null && i < places.size(); i++) {
                all = StreamPart.joined(all, inPlace(places.get(i), found.group(i + 1)));
            }
            return all;
        }

        private List<StreamPart> inPlace(String place, String text) {
            if (place.startsWith("*")) {
                List<JsonNode> listed = new ArrayList<>();
                for (String word : text.split(",", -1)) {
                    listed.add(TextNode.valueOf(word));
                }
                return words(place.charAt(1) - '0', listed);
            }
            return bare(place, TextNode.valueOf(text));
        }

        private List<StreamPart> object(JsonNode wanted, JsonNode value, boolean top) {
            if (!value.isObject()) {
                return null;
            }
            Set<String> left = new LinkedHashSet<>();
            value.fieldNames().forEachRemaining(left::add);
            List<StreamPart> all = ONE;
            List<Map.Entry<String, JsonNode>> named = new ArrayList<>();
            for (Map.Entry<String, JsonNode> member : wanted.properties()) {
                if (member.getKey().contains("${")) {
                    named.add(member);
                } else if (left.remove(member.getKey())) {
                    all = StreamPart.joined(all, match(member.getValue(), value.get(member.getKey()), false));
                } else if (!mayLack(member)) {
                    return null;
                }
            }
            if (top && left.remove(idMember)) {
                id = value.get(idMember).toString();
            }
            left.removeAll(optional);
            for (Map.Entry<String, JsonNode> member : named) {
                all = StreamPart.joined(all, members(member, value, left));
            }
            return named.isEmpty() && !left.isEmpty() ? null : all;
        }

        /** The members whose name is a value. */
        private List<StreamPart> members(Map.Entry<String, JsonNode> wanted, JsonNode value, Set<String> names) {
            List<StreamPart> all = new ArrayList<>();
            for (String name : names) {
                List<StreamPart> parts = StreamPart.joined(
                        text(wanted.getKey(), TextNode.valueOf(name)),
                        match(wanted.getValue(), value.get(name), false));
                if (parts == null) {
                    return null;
                }
                all.addAll(parts);
            }
            return all.isEmpty() ? null : all;
        }

        private boolean mayLack(Map.Entry<String, JsonNode> member) {
            if (optional.contains(member.getKey())) {
                return true;
            }
            String text = member.getValue().isTextual() ? member.getValue().textValue() : "";
            String bare = TemplateTree.placeIn(text);
            return TemplateTree.isOfRequest(bare.isEmpty() ? TemplateTree.onlyPlaceIn(text) : bare);
        }

        private List<StreamPart> array(JsonNode wanted, JsonNode value) {
            if (!value.isArray()) {
                return null;
            }
            int spread = spread(wanted);
            if (spread >= 0) {
                return spreadOut(wanted, value, spread);
            }
            List<StreamPart> all = ONE;
            if (wanted.size() == 1 && TemplateTree.namesStreams(wanted.get(0))) { // for each of several
                all = new ArrayList<>();
                for (JsonNode element : value) {
                    List<StreamPart> parts = match(wanted.get(0), element, false);
                    if (parts == null || all.size() + parts.size() > StreamPart.MOST) {
                        return null;
                    }
                    all.addAll(parts);
                }
                return all;
            }
            if (wanted.size() != value.size()) {
                return null;
            }
            for (int i = 0; all != null && i < wanted.size(); i++) {
                all = StreamPart.joined(all, match(wanted.get(i), value.get(i), false));
            }
            return all;
        }

        /** An array with an element that stands for several. */
        private List<StreamPart> spreadOut(JsonNode wanted, JsonNode value, int at) {
            int behind = wanted.size() - at - 1;
            if (value.size() < at + behind) {
                return null;
            }
            List<StreamPart> all = ONE;
            for (int i = 0; all != null && i < at; i++) {
                all = StreamPart.joined(all, match(wanted.get(i), value.get(i), false));
            }
            for (int i = 1; all != null && i <= behind; i++) {
                all = StreamPart.joined(all, match(wanted.get(wanted.size() - i), value.get(value.size() - i), false));
            }
            List<JsonNode> between = new ArrayList<>();
            for (int i = at; i < value.size() - behind; i++) {
                between.add(value.get(i));
            }
            String place = TemplateTree.placeIn(wanted.get(at).asText());
            if (place.equals(LIST)) {
                return StreamPart.joined(all, each(between));
            }
            List<String> texts = between.stream().map(JsonNode::asText).toList();
            return StreamPart.joined(
                    all, words(Integer.parseInt(place), List.of(TextNode.valueOf(String.join(",", texts)))));
        }
    }

    /**
     * The place of a bare element that stands for several: a list of streams, or a word that may contain commas; -1 =
     * none.
     */
    private static int spread(JsonNode array) {
        for (int i = 0; i < array.size(); i++) {
            String place = TemplateTree.placeIn(array.get(i).asText());
            if (place.equals(LIST) || WORD.matcher(place).matches()) {
                return i;
            }
        }
        return -1;
    }
}
