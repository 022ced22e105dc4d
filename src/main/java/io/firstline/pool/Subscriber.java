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
 * Keeps every open connection subscribed to what its feed wants: asks, waits for the answer, asks again, and tells what was refused or
 * never answered. Belongs to the feed's context.
 */
final class Subscriber {
    /** In a second, where it is not known what a server takes: the lowest limits of venues are 5 to 10, which their profiles name. */
    private static final int FRAMES_PER_SECOND = 20;
    /** What venues say to a request that is repeated. */
    private static final Pattern ALREADY_SUBSCRIBED =
            Pattern.compile("already[ _-]?subscribed", Pattern.CASE_INSENSITIVE);

    /** Of a server's words, characters. */
    private static final int MAX_WORDS = 200;

    private final Subscriptions wanted;
    private final boolean answered;
    private final Roster roster;
    private final Chronicle chronicle;
    private final Clockwork clockwork;
    private final IntSupplier framesPerSecond;
    private final FirstData firstData = new FirstData();

    /**
     * One that has asked nothing yet.
     *
     * @param framesPerSecond how many frames the server takes in a second; 0 = not known
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

    /** The streams that every connection is to have. */
    List<String> streams() {
        return wanted.streams();
    }

    /** Sends a connection that has just opened all that it is to send first; fails if something could not be written. */
    Future<Void> open(Member member) {
        if (roster.open().size() == 1) {
            firstData.expect(wanted.streams(), clockwork.nowNanos()); // a feed that had no connection begins anew
        }
        List<Supplier<Future<Void>>> writes = new ArrayList<>();
        wanted.onConnect().forEach(message -> writes.add(() -> member.connection.send(message)));
        wanted.opening().forEach(request -> writes.add(() -> ask(member, request)));
        return paced(member, writes, 0);
    }

    /** Writes a second's worth now, and the rest later: servers cut a connection that begins with hundreds of frames. */
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
                rest.complete(); // its end is reported
            }
        });
        return Future.all(written, rest.future()).mapEmpty();
    }

    /** On how many open connections the messages were sent, which new ones will send as well. */
    Future<Integer> setOnConnect(List<String> messages) {
        wanted.setOnConnect(messages);
        return toAllOpen(member -> messages.stream().map(member.connection::send), messages.isEmpty());
    }

    /** Replaces the messages that new connections send first. */
    void onConnect(List<String> messages) {
        wanted.setOnConnect(messages);
    }

    /** On how many open connections more streams were asked for. */
    Future<Integer> subscribe(Collection<String> streams) {
        List<Request> requests = wanted.subscribe(streams);
        requests.forEach(request -> firstData.expect(request.streams(), clockwork.nowNanos()));
        return askAllOpen(requests);
    }

    /** On how many open connections streams were given up. */
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

    /** To members and candidates alike: what a feed wants holds for each of its connections. */
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
     * A message may be the reply to a request.
     *
     * @param refusal what it says against the request; null = nothing
     * @return whether it was
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
            return; // the answer to an earlier request was late, or lost
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
     * @param stream whose it is, if a feed asked for a stream of this name
     * @param words the server's; empty = none that are known
     */
    void erred(Member member, String stream, String words) {
        boolean known = wanted.streams().contains(stream);
        chronicle.serverError(
                member, known ? List.of(stream) : member.requests.openStreams(), Printable.of(words, MAX_WORDS));
    }

    /** Asks again what was not answered, and tells what shows no data; called every now and then. */
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
