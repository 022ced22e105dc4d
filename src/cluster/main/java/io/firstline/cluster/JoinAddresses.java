package io.firstline.cluster;

import com.hazelcast.config.TcpIpConfig;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Names;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses at which a node looks for others: the configured members, and all that a DNS name has at the moment.
 * Hazelcast reads the list when it joins, and each time when it looks for the other half of a split cluster.
 *
 * <p>Thread-safe.
 */
final class JoinAddresses extends TcpIpConfig {
    private static final Logger LOG = LoggerFactory.getLogger(JoinAddresses.class);
    /** More addresses of a name are ignored. */
    private static final int MOST_ADDRESSES = 1_000;

    private static final int TRY_SECONDS = 2;

    private final List<String> members;
    /** Null = the members are all. */
    private final String name;

    private volatile List<String> found = List.of();
    private volatile boolean reported;

    /** Knows only the members of a configuration; {@link #lookUp} finds others. */
    JoinAddresses(ClusterConfig config) {
        this.members = config.members();
        this.name = config.dns();
        setEnabled(true);
        setConnectionTimeoutSeconds(TRY_SECONDS);
    }

    /** Returns the addresses, each with a port. */
    @Override
    public List<String> getMembers() {
        List<String> all = new ArrayList<>(members);
        all.addAll(found);
        return all;
    }

    /**
     * Resolves the name again if its time to live is over. If it cannot be resolved, its last addresses stay.
     *
     * @return completes in any case
     */
    Future<Void> lookUp(Vertx vertx) {
        if (name == null) {
            return Future.succeededFuture();
        }
        int colon = name.lastIndexOf(':');
        return Names.of(vertx)
                .lastKnown(name.substring(0, colon), false)
                .onSuccess(addresses -> {
                    found = addresses.stream()
                            .limit(MOST_ADDRESSES)
                            .map(address -> host(address) + name.substring(colon))
                            .toList();
                    reported = false;
                })
                .onFailure(e -> {
                    if (!reported) {
                        reported = true;
                        LOG.warn("looks for nodes at {} only: {}", getMembers(), e.getMessage());
                    }
                })
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private static String host(InetAddress address) {
        return address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
    }
}
