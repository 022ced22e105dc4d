package io.firstline.pool;

import io.firstline.config.Dialect;
import io.firstline.config.Subscribing;
import io.firstline.connection.Clockwork;
import io.firstline.payload.Printable;
import io.firstline.pool.Requests.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps every open connection subscribed to its feed's streams: sends requests, repeats unanswered ones, and reports
 * those that are refused or never answered. Runs on the feed's context.
 */
final class Subscriber {
    /**
     * Frames a second if the server's limit is not known: the lowest limits of venues are 5 to 10, which their
     * profiles define.
     */
    private static final int FRAMES_PER_SECOND = 20;
    /** Replies of venues to a repeated request. */
    private static final Pattern ALREADY_SUBSCRIBED =
            Pattern.compile("already[ _-]?subscribed", Pattern.CASE_INSENSITIVE);

    /** The longest text of a server that is reported, characters. */
    private static final int MAX_WORDS = 200;

    private final Subscriptions wanted;
    private final boolean answered;
    private final Roster roster;
    private final Chronicle chronicle;
    private final Clockwork clockwork;
    private final IntSupplier framesPerSecond;
    private final FirstData firstData = new FirstData();

    /**
     * Creates a subscriber that has sent nothing.
     *
     * @param framesPerSecond how many frames the server accepts in a second; 0 = not known
     */
    Subscriber(
            List<String> onConnect,
            Subscribing how,
            Dialect dialect,
            Roster roster,
            Chronicle chronicle,
            Clockwork clockwork,
            IntSupplier framesPerSecond) {
        this.wanted = new Subscriptions(onConnect, how, dialect.streamsPerRequest());
        this.answered = !dialect.ackId().isEmpty();
        this.roster = roster;
        this.chronicle = chronicle;
        this.clockwork = clockwork;
        this.framesPerSecond = framesPerSecond;
    }

    /** Returns the streams that every connection subscribes to. */
    List<String> streams() {
        return wanted.streams();
    }

    /** Sends the first messages of a connection that has just opened; fails if one of them could not be written. */
    Future<Void> open(Member member) {
        if (roster.open().size() == 1) {
            // a feed without a connection starts from the beginning
            firstData.expect(wanted.streams(), clockwork.nowNanos());
        }
        List<Supplier<Future<Void>>> writes = new ArrayList<>();
        wanted.onConnect().forEach(message -> writes.add(() -> member.connection.send(message)));
        wanted.opening().forEach(request -> writes.add(() -> ask(member, request)));
        return paced(member, writes, 0);
    }

    /**
     * Sends a second's worth now and the rest later: servers close a connection that begins with hundreds of frames.
     */
    private Future<Void> paced(Member member, List<Supplier<Future<Void>>> writes, int from) {
        int perSecond = framesPerSecond.getAsInt() > 0 ? framesPerSecond.getAsInt() : FRAMES_PER_SECOND;
        int to = Math.min(writes.size(), from + perSecond);
        Future<Void> written = Future.all(
                        writes.subList(from, to).stream().map(Supplier::get).toList())
                .mapEmpty();
        if (to == writes.size()) {
            return written;
        }
        Promise<Void> rest = Promise.promise();
        clockwork.once(1_000, () -> {
            if (member.isLive()) {
                paced(member, writes, to).onComplete(rest);
            } else {
                rest.complete(); // the end of the connection is reported
            }
        });
        return Future.all(written, rest.future()).mapEmpty();
    }

    /** Sends messages on all open connections, and later on new ones; returns the number of open connections. */
    Future<Integer> setOnConnect(List<String> messages) {
        wanted.setOnConnect(messages);
        return toAllOpen(member -> messages.stream().map(member.connection::send), messages.isEmpty());
    }

    /** Replaces the first messages of new connections. */
    void onConnect(List<String> messages) {
        wanted.setOnConnect(messages);
    }

    /** Subscribes to further streams; returns the number of open connections. */
    Future<Integer> subscribe(Collection<String> streams) {
        List<Request> requests = wanted.subscribe(streams);
        requests.forEach(request -> firstData.expect(request.streams(), clockwork.nowNanos()));
        return askAllOpen(requests);
    }

    /** Unsubscribes from streams; returns the number of open connections. */
    Future<Integer> unsubscribe(Collection<String> streams) {
        List<Request> requests = wanted.unsubscribe(streams);
        requests.forEach(request -> firstData.forget(request.streams()));
        return askAllOpen(requests);
    }

    private Future<Integer> askAllOpen(List<Request> requests) {
        return toAllOpen(member -> requests.stream().map(request -> ask(member, request)), requests.isEmpty());
    }

    private interface Writes {
        Stream<Future<Void>> to(Member member);
    }

    /** Sends to members and candidates alike, because every connection of a feed has the same subscriptions. */
    private Future<Integer> toAllOpen(Writes writes, boolean nothing) {
        if (nothing) {
            return Future.succeededFuture(0);
        }
        List<Member> live = roster.open().stream().filter(Member::isLive).toList();
        return Future.all(live.stream().flatMap(writes::to).toList()).map(live.size());
    }

    private Future<Void> ask(Member member, Request request) {
        if (!answered) {
            return member.connection.send(request.text());
        }
        member.requests.asking(request);
        return member.connection
                .send(request.text())
                .onSuccess(v -> member.requests.sent(request, clockwork.nowNanos()));
    }

    /**
     * Checks whether a message is the reply to a request.
     *
     * @param refusal the error in the reply; null = the request was accepted
     * @return whether it is the reply to a request of this connection
     */
    boolean replied(Member member, long id, String refusal) {
        boolean repeated = member.requests.isRepeated(id);
        Request request = member.requests.answered(id);
        if (request != null && refusal != null) {
            refused(member, request, refusal, repeated);
        }
        return request != null;
    }

    private void refused(Member member, Request request, String refusal, boolean repeated) {
        boolean single = request.streams().size() == 1;
        if ((single || repeated) && ALREADY_SUBSCRIBED.matcher(refusal).find()) {
            return; // the answer to an earlier request was late or lost
        }
        List<Request> halves = wanted.halves(request);
        if (halves.isEmpty()) {
            chronicle.subscribeFailed(member, request.streams(), "refused: " + Printable.of(refusal, MAX_WORDS));
        }
        for (Request half : halves) {
            ask(member, half)
                    .onFailure(e -> chronicle.subscribeFailed(member, half.streams(), String.valueOf(e.getMessage())));
        }
    }

    /**
     * The server reports an error that names no request.
     *
     * @param stream the stream that it names, if the feed subscribes to it
     * @param words the server's text; empty = none
     */
    void erred(Member member, String stream, String words) {
        boolean known = wanted.streams().contains(stream);
        chronicle.serverError(
                member, known ? List.of(stream) : member.requests.openStreams(), Printable.of(words, MAX_WORDS));
    }

    /** Repeats unanswered requests and reports streams without data; called about once a second. */
    void check(StreamTable table, Long lastDataNanos) {
        long now = clockwork.nowNanos();
        for (Member member : roster.open()) {
            if (member.isLive() && !member.requests.isSettled()) {
                for (Request request : member.requests.givenUp(now)) {
                    chronicle.subscribeFailed(
                            member, request.streams(), "not answered, asked " + Requests.TRIES + " times");
                }
                member.requests.toRepeat(now).forEach(request -> ask(member, request)
                        .onFailure(e ->
                                chronicle.subscribeFailed(member, request.streams(), String.valueOf(e.getMessage()))));
            }
        }
        if (firstData.expectsNothing()) {
            return;
        }
        boolean namesMatch = wanted.streams().stream().anyMatch(name -> table.named(name) != null);
        List<String> silent = firstData.overdue(
                name -> table.named(name) == null
                        ? null
                        : (Long) table.named(name).lastNanos(),
                lastDataNanos,
                namesMatch,
                now);
        if (!silent.isEmpty()) {
            chronicle.noFirstData(silent, FirstData.DEADLINE_NANOS / 1_000_000);
        }
    }
}
