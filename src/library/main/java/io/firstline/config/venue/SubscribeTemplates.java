package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.InvalidConfigException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The streams that a feed subscribes on its open connections, and the requests for it. Immutable; checked in the
 * constructor.
 *
 * @param streams subscribed on each connection when it opens
 * @param general the requests for streams of no special kind
 * @param kinds the requests for special kinds of streams; the first that matches a stream's name applies
 * @param replaces whether each request replaces the subscription, so that it names all streams
 * @param requestBytes the most bytes of a request; 0 = not limited
 */
public record SubscribeTemplates(
        List<String> streams,
        RequestTemplate general,
        List<RequestTemplate> kinds,
        boolean replaces,
        int requestBytes) {
    private static final int MAX_KINDS = 32;
    private static final String ONE_OF_THEM = "one of them: messages do not show which of the two they belong to";

    private static final long LONGEST_ID = 9_999_999_999L;
    private static final long LONGEST_TIME = 9_999_999_999_999L;

    public static final SubscribeTemplates NONE = new SubscribeTemplates(List.of(), "", "");

    /** The placeholder of the id that the server has given to a stream. */
    public static final String LEARNED = TemplateText.LEARNED;

    /** A request without its id. */
    public record Batch(RequestTemplate how, String template, List<String> streams) {
        /** The form of the request, with values that could be real in place of those of a connection. */
        public String text(long id, long epochMs) {
            return text(id, epochMs, TemplateText::sampleOf);
        }

        /**
         * The request; the id must be new on its connection.
         *
         * @param ofConnection the values that differ between connections: of {@code ${learned}}, as JSON, and of
         *     placeholders for secrets and signatures, escaped as inside a JSON string
         */
        public String text(long id, long epochMs, UnaryOperator<String> ofConnection) {
            return TemplateText.filled(template, how.argument(), streams, how.words(), id, epochMs, ofConnection);
        }

        /** Whether the request needs the id that the server has given to its stream. */
        public boolean takesLearned() {
            return TemplateText.takesLearned(template);
        }

        /** Its most bytes, whatever its id and time. */
        private int bytes() {
            return text(LONGEST_ID, LONGEST_TIME).getBytes(StandardCharsets.UTF_8).length;
        }
    }

    public SubscribeTemplates {
        streams = streams == null ? List.of() : List.copyOf(streams);
        kinds = kinds == null ? List.of() : List.copyOf(kinds);
        Checks checks = checkNames(streams)
                .require(
                        kinds.size() <= MAX_KINDS,
                        "requests",
                        kinds.size() + " kinds of streams",
                        "at most " + MAX_KINDS);
        checkStreams(checks, streams, general, kinds);
        if (replaces && checks.problems().isEmpty()) {
            checkReplacing(checks, streams, general, kinds);
        }
        if (requestBytes > 0 && checks.problems().isEmpty()) {
            checkBytes(checks, streams, general, kinds, replaces, requestBytes);
        }
        checks.throwIfAny("subscriptions");
    }

    /** Streams of one kind. */
    public SubscribeTemplates(List<String> streams, String subscribe, String unsubscribe, String argument) {
        this(streams, general(streams, subscribe, unsubscribe, argument), List.of(), false, 0);
    }

    /** Streams of one kind that requests list by name. */
    public SubscribeTemplates(List<String> streams, String subscribe, String unsubscribe) {
        this(streams, subscribe, unsubscribe, "");
    }

    private static void checkReplacing(
            Checks checks, List<String> streams, RequestTemplate general, List<RequestTemplate> kinds) {
        checks.require(
                        kinds.isEmpty(),
                        "requests",
                        kinds.size() + " kinds of streams, but one request with all streams",
                        "either \"subscribeAll\" or \"requests\"")
                .require(
                        TemplateText.takesSeveral(general.subscribe()),
                        "subscribeAll",
                        "a template for one stream",
                        "a template with ${streams}, ${streams,} or ${*1}")
                .require(
                        TemplateText.groups(general.subscribe(), streams, general.words())
                                        .size()
                                < 2,
                        "streams",
                        "streams that \"subscribeAll\" cannot name in one request",
                        "streams whose other words are equal");
    }

    /** A request that cannot be split must not be too long. */
    private static void checkBytes(
            Checks checks,
            List<String> streams,
            RequestTemplate general,
            List<RequestTemplate> kinds,
            boolean replaces,
            int requestBytes) {
        List<List<String>> smallest =
                replaces ? List.of(streams) : streams.stream().map(List::of).toList();
        for (List<String> together : smallest) {
            if (together.isEmpty()) {
                continue;
            }
            RequestTemplate how = of(together.get(0), general, kinds);
            int bytes = Math.max(
                    new Batch(how, how.subscribe(), together).bytes(),
                    new Batch(how, how.unsubscribe(), together).bytes());
            checks.require(
                    bytes <= requestBytes,
                    "streams",
                    (together.size() == 1 ? ProblemText.quoted(together.get(0)) : together.size() + " streams")
                            + ", whose request has up to " + bytes + " bytes",
                    "requests of at most " + requestBytes + " bytes");
            if (bytes > requestBytes) {
                return; // one is enough
            }
        }
    }

    private static Checks checkNames(List<String> streams) {
        return new Checks()
                .require(
                        streams.stream().noneMatch(String::isBlank) && new HashSet<>(streams).size() == streams.size(),
                        "streams",
                        "a blank or repeated stream",
                        "every stream's name once");
    }

    /** Reports wrong names together with wrong requests. */
    private static RequestTemplate general(
            List<String> streams, String subscribe, String unsubscribe, String argument) {
        try {
            return new RequestTemplate(subscribe, unsubscribe, argument);
        } catch (InvalidConfigException e) {
            checkNames(streams == null ? List.of() : streams).add(e.problems()).throwIfAny("subscriptions");
            throw e;
        }
    }

    private static void checkStreams(
            Checks checks, List<String> streams, RequestTemplate general, List<RequestTemplate> kinds) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (String stream : streams) {
            RequestTemplate how = of(stream, general, kinds);
            if (how.subscribe().isEmpty()) {
                checks.require(
                        false,
                        "streams",
                        kinds.isEmpty()
                                ? "streams, but no request to subscribe them with"
                                : ProblemText.quoted(stream) + ", but no request to subscribe it with",
                        "streams together with a \"venue\" or a \"subscribe\" template");
                return;
            }
            how.checkName(checks, stream);
            String other = shown.putIfAbsent(how.shownName(stream), stream);
            if (other != null && !other.equals(stream)) {
                checks.require(false, "streams", together(other, stream, how), ONE_OF_THEM);
            }
            if (!checks.problems().isEmpty()) {
                return; // the first one shows how names must be
            }
        }
    }

    private static String together(String one, String other, RequestTemplate how) {
        return ProblemText.quoted(one) + " and " + ProblemText.quoted(other) + ", both "
                + ProblemText.quoted(how.shownName(one)) + " in messages";
    }

    private static RequestTemplate of(String stream, RequestTemplate general, List<RequestTemplate> kinds) {
        return kinds.stream().filter(kind -> kind.has(stream)).findFirst().orElse(general);
    }

    /** The requests for a stream. */
    public RequestTemplate of(String stream) {
        return of(stream, general, kinds);
    }

    /** The same requests for other streams. */
    public SubscribeTemplates withStreams(List<String> others) {
        return new SubscribeTemplates(others, general, kinds, replaces, requestBytes);
    }

    /** The same requests with another one for unsubscribing, whatever the kind of stream is. */
    public SubscribeTemplates withUnsubscribe(String other) {
        return new SubscribeTemplates(
                streams,
                general.subscribe().isEmpty() && !kinds.isEmpty() ? general : general.withUnsubscribe(other),
                kinds.stream().map(kind -> kind.withUnsubscribe(other)).toList(),
                replaces,
                requestBytes);
    }

    /** The templates of all requests. */
    List<String> templates() {
        return Stream.concat(Stream.of(general), kinds.stream())
                .flatMap(how -> Stream.of(how.subscribe(), how.unsubscribe()))
                .toList();
    }

    /** The request to subscribe to streams of no special kind; empty = none. */
    public String subscribe() {
        return general.subscribe();
    }

    /** The request to unsubscribe from streams of no special kind; empty = none. */
    public String unsubscribe() {
        return general.unsubscribe();
    }

    /** Whether a stream can be subscribed again without the others. */
    public boolean canResubscribe(String stream) {
        return !replaces && !of(stream, general, kinds).unsubscribe().isEmpty();
    }

    /** Whether there are requests to unsubscribe. */
    boolean unsubscribes() {
        return !replaces
                && (!general.unsubscribe().isEmpty()
                        || kinds.stream().anyMatch(kind -> !kind.unsubscribe().isEmpty()));
    }

    /** The name of a subscribed stream in messages, without the parameters of its request. */
    public String shownName(String stream) {
        return of(stream, general, kinds).shownName(stream);
    }

    /** The words of the name of a subscribed stream in messages. */
    public Set<String> shownWords(String stream) {
        RequestTemplate how = of(stream, general, kinds);
        return new LinkedHashSet<>(List.of(TemplateText.split(how.shownName(stream), how.words())));
    }

    /**
     * The requests to subscribe.
     *
     * @throws IllegalArgumentException if there is none for a stream, if its name has fewer words than the venue needs,
     *     or if it has the name of another stream
     */
    public List<Batch> subscribing(Collection<String> names, int streamsPerRequest) {
        return batches(names, RequestTemplate::subscribe, replaces ? Integer.MAX_VALUE : streamsPerRequest);
    }

    /**
     * The requests to unsubscribe.
     *
     * @throws IllegalArgumentException as above
     */
    public List<Batch> unsubscribing(Collection<String> names, int streamsPerRequest) {
        return batches(names, RequestTemplate::unsubscribe, streamsPerRequest);
    }

    private List<Batch> batches(
            Collection<String> names, Function<RequestTemplate, String> template, int streamsPerRequest) {
        Map<RequestTemplate, List<String>> byKind = new LinkedHashMap<>();
        names.forEach(name -> byKind.computeIfAbsent(of(name, general, kinds), any -> new ArrayList<>())
                .add(name));
        List<Batch> batches = new ArrayList<>();
        byKind.forEach((how, streamsOfKind) -> {
            String text = template.apply(how);
            if (text.isEmpty()) {
                throw new IllegalArgumentException("this feed has no such request for "
                        + ProblemText.quoted(streamsOfKind.get(0))
                        + ": configure a venue, or subscribe and unsubscribe templates");
            }
            how.batches(text, streamsOfKind, streamsPerRequest)
                    .forEach(batch -> addInParts(new Batch(how, text, batch), batches));
        });
        return batches;
    }

    /** Splits a request that would be too long. */
    private void addInParts(Batch batch, List<Batch> batches) {
        int count = batch.streams().size();
        if (requestBytes == 0 || replaces || count == 1 || batch.bytes() <= requestBytes) {
            batches.add(batch);
            return;
        }
        int half = count / 2;
        addInParts(new Batch(batch.how(), batch.template(), batch.streams().subList(0, half)), batches);
        addInParts(new Batch(batch.how(), batch.template(), batch.streams().subList(half, count)), batches);
    }

    /**
     * The request that replaces the subscription.
     *
     * @throws IllegalArgumentException if there are no streams, or if one request cannot name them all
     */
    public List<Batch> replacing(Collection<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("each request of this venue replaces the subscription, which cannot be"
                    + " empty: keep one stream, or close the feed");
        }
        return batches(names, RequestTemplate::subscribe, Integer.MAX_VALUE);
    }

    /** Fails if messages would not show to which of these streams they belong, or requests cannot name them. */
    public void requireDistinct(Collection<String> names) {
        Checks checks = new Checks();
        checkStreams(checks, List.copyOf(names), general, kinds);
        if (replaces) {
            checkReplacing(checks, List.copyOf(names), general, kinds);
        }
        if (requestBytes > 0) {
            checkBytes(checks, List.copyOf(names), general, kinds, replaces, requestBytes);
        }
        checks.problems().stream().findFirst().ifPresent(problem -> {
            throw new IllegalArgumentException(problem.found() + "; allowed: " + problem.allowed());
        });
    }
}
