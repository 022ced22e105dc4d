package io.firstline.pool;

import io.firstline.config.Dialect;
import io.firstline.config.Subscribing;
import io.firstline.connection.Clockwork;
import io.firstline.pool.Requests.Request;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps every open connection subscribed to what its feed wants: asks, waits for the answer, asks again, and tells what was refused or
 * never answered. Belongs to the feed's context.
 */
final class Subscriber {
    private final Subscriptions wanted;
    private final boolean answered;
    private final Roster roster;
    private final Chronicle chronicle;
    private final Clockwork clockwork;
    private final FirstData firstData = new FirstData();

    Subscriber(
            List<String> onConnect,
            Subscribing how,
            Dialect dialect,
            Roster roster,
            Chronicle chronicle,
            Clockwork clockwork) {
        this.wanted = new Subscriptions(onConnect, how, dialect.streamsPerRequest());
        this.answered = !dialect.ackId().isEmpty();
        this.roster = roster;
        this.chronicle = chronicle;
        this.clockwork = clockwork;
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
        List<Future<Void>> writes = new ArrayList<>();
        wanted.onConnect().forEach(message -> writes.add(member.connection.send(message)));
        wanted.opening().forEach(request -> writes.add(ask(member, request)));
        return Future.all(writes).mapEmpty();
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
        Request request = member.requests.answered(id);
        if (request != null && refusal != null) {
            chronicle.subscribeFailed(member, request.streams(), "refused: " + refusal);
        }
        return request != null;
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
