package io.firstline.connection;

import io.firstline.connection.AddressOrder.Place;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to connect to any of several addresses, in their order, and what it teaches about them: an address that
 * fails, or that a later one beats, is left alone for a while. Runs on one context.
 */
final class AddressRace {
    private static final Logger LOG = LoggerFactory.getLogger(AddressRace.class);

    /** The next address is tried after this time. */
    static final long NEXT_MS = 1_000;

    private final ContextInternal context;
    private final AddressOrder order;
    private final Scheduler scheduler;
    private final String local;
    /** The addresses whose attempt has not ended. */
    private final Set<Place> underWay = new LinkedHashSet<>();

    AddressRace(ContextInternal context, AddressOrder order, Scheduler scheduler, String local) {
        this.context = context;
        this.order = order;
        this.scheduler = scheduler;
        this.local = local;
    }

    /** The connection that opened first. */
    record Won(TcpConnector.Opened opened, Place place) {
        private NetSocket socket() {
            return opened.socket();
        }
    }

    /** Tries addresses until one works; each attempt ends within its timeout. */
    Future<Won> run(List<InetAddress> addresses, Function<InetAddress, Future<TcpConnector.Opened>> connect) {
        Place first = new Place(local, addresses.get(0));
        order.begins(first); // also others that begin now must see that it is taken
        return Staggered.first(
                        context,
                        addresses.stream()
                                .<Supplier<Future<Won>>>map(address -> () -> attempt(address, connect))
                                .toList(),
                        NEXT_MS,
                        late -> discard(late.socket()))
                .onComplete(done -> order.ends(first))
                .onSuccess(this::won);
    }

    private Future<Won> attempt(InetAddress address, Function<InetAddress, Future<TcpConnector.Opened>> connect) {
        Place place = new Place(local, address);
        underWay.add(place);
        return connect.apply(address).map(opened -> new Won(opened, place)).onComplete(done -> {
            underWay.remove(place);
            if (done.failed()) {
                order.failed(place, scheduler.nowNanos());
            }
        });
    }

    private void won(Won won) {
        order.worked(won.place());
        underWay.forEach(slower -> order.failed(slower, scheduler.nowNanos()));
        order.begins(won.place());
        ((NetSocketInternal) won.socket())
                .channelHandlerContext()
                .channel()
                .closeFuture()
                .addListener(closed -> context.execute(v -> order.ends(won.place())));
    }

    static void discard(NetSocket surplus) {
        surplus.close().onFailure(e -> LOG.debug("could not close a surplus connection", e));
    }
}
