package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.Checks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a relay speaks to its clients in a venue's protocol. It reads their requests by the venue's templates. Immutable;
 * checked in the constructor.
 *
 * <p>Answers have the placeholders of requests. {@code ${id}} is the id of the client's request as JSON, and its member
 * is left out if the request has none; {@code ${argument}} is the entry of one stream. {@code ${all}} is a JSON array with
 * the entries of all streams that the client has now, and {@code ${allByFirstWord}} an object that has, for each first
 * word of their names, an array of the second words. {@code ${why}} and {@code ${code}} are the reason of a refusal, in
 * which {@code ${/pointer}} repeats a value of the request; its member is left out if the request lacks the value.
 *
 * @param greetings sent to each new client
 * @param subscribed the answer to a request to subscribe; empty = none
 * @param unsubscribed the answer to a request to unsubscribe; empty = none
 * @param refused the answer to a request that is refused; empty = none
 * @param codes the values of {@code ${code}} by reason; the reason {@value #OTHER} = all others
 * @param heartbeats the client's messages that the relay answers itself
 * @param listWhen signs of a request for the client's streams
 * @param listed the answer to it
 * @param optional names of members that a request may lack, or have in addition, without another meaning
 * @param paths where clients connect; empty = at the paths of the venue's URLs
 */
public record RelayProfile(
        List<String> greetings,
        String subscribed,
        String unsubscribed,
        String refused,
        Map<String, String> codes,
        List<Answer> heartbeats,
        MessageSigns listWhen,
        String listed,
        Set<String> optional,
        List<RelayPath> paths) {
    /** The venue's clients get no answers. */
    public static final RelayProfile NONE =
            new RelayProfile(List.of(), "", "", "", Map.of(), List.of(), MessageSigns.NONE, "", Set.of(), List.of());

    /** The reason of refusals without a special code. */
    public static final String OTHER = "other";

    private static final int MAX_HEARTBEATS = 16;
    private static final Pattern CODED = Pattern.compile("(-?\\d+): (.*)", Pattern.DOTALL);

    public RelayProfile {
        greetings = List.copyOf(greetings);
        codes = Map.copyOf(codes);
        heartbeats = List.copyOf(heartbeats);
        optional = Set.copyOf(optional);
        paths = List.copyOf(paths);
        Checks checks = new Checks()
                .require(
                        heartbeats.size() <= MAX_HEARTBEATS,
                        "heartbeats",
                        heartbeats.size() + " heartbeats",
                        "at most " + MAX_HEARTBEATS)
                .require(
                        !refused.contains("${code}") || codes.containsKey(OTHER),
                        "codes",
                        "no code for other reasons",
                        "\"" + OTHER + "\" where \"refused\" has ${code}")
                .require(
                        listWhen.isNone() == listed.isEmpty(),
                        "list",
                        "a sign or an answer, but not both",
                        "\"when\" together with \"send\"");
        TemplateText.checkReply(checks, "subscribed", subscribed, true);
        TemplateText.checkReply(checks, "unsubscribed", unsubscribed, true);
        TemplateText.checkReply(checks, "refused", refused, false);
        TemplateText.checkReply(checks, "list/send", listed, true);
        checks.throwIfAny("relay");
    }

    /**
     * The answers to a request to subscribe these streams.
     *
     * @param all those that the client has now
     * @param repeated the values of the request that answers repeat, as JSON, by placeholder
     */
    public List<String> subscribed(
            SubscribeTemplates requests,
            List<String> streams,
            Collection<String> all,
            Map<String, String> repeated,
            long epochMs) {
        return replies(subscribed, requests, streams, all, repeated, epochMs);
    }

    /** Whether the answer to a request names streams, so that a part of them can be refused. */
    public boolean answersEachStream() {
        return TemplateText.namesStreams(subscribed) || TemplateText.namesAll(subscribed);
    }

    /** The answers to a request to unsubscribe these streams; the arguments are those of {@link #subscribed}. */
    public List<String> unsubscribed(
            SubscribeTemplates requests,
            List<String> streams,
            Collection<String> all,
            Map<String, String> repeated,
            long epochMs) {
        return replies(unsubscribed, requests, streams, all, repeated, epochMs);
    }

    /** The pointers of the values, besides the id, that the answer to a refused request repeats. */
    public List<String> repeatedPointers() {
        return TemplateText.pointers(refused);
    }

    /** The answer to a request for the client's streams; null = none. */
    public String listed(
            SubscribeTemplates requests, List<String> streams, Map<String, String> repeated, long epochMs) {
        if (listed.isEmpty()) {
            return null;
        }
        RequestTemplate how = streams.isEmpty() ? requests.general() : requests.of(streams.get(0));
        return TemplateText.reply(TemplateText.withKnown(listed, repeated), how, streams, repeated, epochMs);
    }

    /**
     * The answer to a request that is refused; null = none.
     *
     * @param reason one of the reasons in {@code codes}, or another one
     * @param why for a person
     * @param repeated the values of the request that answers repeat, as JSON, by placeholder
     */
    public String refused(String reason, String why, Map<String, String> repeated, long epochMs) {
        return refusal(codes.getOrDefault(reason, codes.getOrDefault(OTHER, "")), why, repeated, epochMs);
    }

    /**
     * The answer to a request that the venue refuses; null = none.
     *
     * @param reason as for {@link #refused}, for words without a code
     * @param words the venue's; they begin with its code if that is a number
     */
    public String refusedByVenue(String reason, String words, Map<String, String> repeated, long epochMs) {
        Matcher coded = CODED.matcher(words);
        if (coded.matches()) {
            return refusal(coded.group(1), coded.group(2), repeated, epochMs);
        }
        int why = refused.indexOf("${why}");
        String before = why < 0 ? "" : refused.substring(refused.lastIndexOf('"', why) + 1, why);
        return refused(reason, words.startsWith(before) ? words.substring(before.length()) : words, repeated, epochMs);
    }

    private String refusal(String code, String why, Map<String, String> repeated, long epochMs) {
        if (refused.isEmpty()) {
            return null;
        }
        Map<String, String> values = new HashMap<>(repeated);
        values.put("why", TemplateText.escaped(why));
        values.put("code", code);
        return TemplateText.reply(
                TemplateText.withKnown(refused, repeated),
                SubscribeTemplates.NONE.general(),
                List.of(),
                values,
                epochMs);
    }

    /** Whether a message of the client is one that the relay answers itself. */
    public boolean isHeartbeat(String text, JsonNode json) {
        return heartbeats.stream().anyMatch(answer -> answer.when().has(text, json));
    }

    /** The answer to such a message; members whose value the message lacks are left out. */
    public String answered(String text, JsonNode json, long epochMs) {
        Answer answer = heartbeats.stream()
                .filter(any -> any.when().has(text, json))
                .findFirst()
                .orElseThrow();
        String send = answer.send();
        for (String pointer : answer.pointers()) {
            if (json.at(pointer).isMissingNode()) {
                send = TemplateText.without(send, pointer);
            }
        }
        return TemplateText.answer(send, pointer -> json.at(pointer).toString(), 1, epochMs);
    }

    private static List<String> replies(
            String template,
            SubscribeTemplates requests,
            List<String> streams,
            Collection<String> all,
            Map<String, String> repeated,
            long epochMs) {
        if (template.isEmpty()) {
            return List.of();
        }
        String known = TemplateText.withKnown(template, repeated);
        if (TemplateText.namesAll(known)) {
            Map<String, String> values = new HashMap<>(repeated);
            values.putAll(TemplateText.all(byKind(requests, all)));
            return List.of(TemplateText.reply(known, requests.general(), streams, values, epochMs));
        }
        if (!TemplateText.namesStreams(known)) {
            return List.of(TemplateText.reply(known, requests.general(), streams, repeated, epochMs));
        }
        List<String> replies = new ArrayList<>();
        byKind(requests, streams).forEach((how, ofKind) -> TemplateText.groups(known, ofKind, how.words())
                .forEach(group -> replies.add(TemplateText.reply(known, how, group, repeated, epochMs))));
        return replies;
    }

    private static Map<RequestTemplate, List<String>> byKind(SubscribeTemplates requests, Collection<String> streams) {
        Map<RequestTemplate, List<String>> byKind = new LinkedHashMap<>();
        streams.forEach(stream -> byKind.computeIfAbsent(requests.of(stream), any -> new ArrayList<>())
                .add(stream));
        return byKind;
    }
}
