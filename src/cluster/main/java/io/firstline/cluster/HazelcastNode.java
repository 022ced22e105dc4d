package io.firstline.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import com.hazelcast.internal.nio.Packet;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.PacketDecoder;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.connection.Scheduler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts Hazelcast with limits on what a peer can make it do. Hazelcast allocates memory for the announced bytes of a
 * packet before they arrive, and creates an object of any class that a packet names.
 */
final class HazelcastNode {
    /** Packets contain addresses and names; the longest, with all entries of a partition, has some hundred KB. */
    static final int MOST_PACKET_BYTES = 4 << 20;

    private static final int VERSION_AND_FLAGS_AND_PARTITION = Byte.BYTES + Character.BYTES + Integer.BYTES;
    private static final int HEADER = VERSION_AND_FLAGS_AND_PARTITION + Integer.BYTES;

    /** When the node began to listen, nanoseconds of the monotonic clock. */
    private static final String LISTENING_SINCE = "firstline.listening-since";

    private HazelcastNode() {}

    /** Starts a node and joins; takes seconds. */
    static HazelcastInstance start(Config config, RejectionLog rejections) {
        config.setClassLoader(new OwnClasses(HazelcastNode.class.getClassLoader()));
        return HazelcastInstanceFactory.newHazelcastInstance(
                config, config.getInstanceName(), new DefaultNodeContext() {
                    @Override
                    public NodeExtension createNodeExtension(Node node) {
                        return new Extension(node, rejections);
                    }
                });
    }

    /**
     * Returns when the node had begun to listen at its port, and forgets it.
     *
     * @param otherwise if it is forgotten
     */
    static long takeListeningSinceNanos(HazelcastInstance hazelcast, long otherwise) {
        return hazelcast.getUserContext().remove(LISTENING_SINCE) instanceof Long since ? since : otherwise;
    }

    private static final class Extension extends DefaultNodeExtension {
        private final RejectionLog rejections;

        Extension(Node node, RejectionLog rejections) {
            super(node);
            this.rejections = rejections;
            node.hazelcastInstance
                    .getUserContext()
                    .put(LISTENING_SINCE, Scheduler.monotonicClock().getAsLong()); // it has just bound its port
        }

        @Override
        @SuppressWarnings("rawtypes") // Hazelcast's own type
        public InboundHandler[] createInboundHandlers(
                EndpointQualifier qualifier, ServerConnection connection, ServerContext context) {
            Consumer<Packet> packets = node.getNodeEngine().getPacketDispatcher();
            return new InboundHandler[] {new BoundedDecoder(connection, packets, rejections)};
        }
    }

    /** Checks the announced length of a packet before Hazelcast reads it. Runs on a thread of Hazelcast. */
    private static final class BoundedDecoder extends PacketDecoder {
        private final RejectionLog rejections;
        private final PacketBounds bounds = new PacketBounds();

        BoundedDecoder(ServerConnection connection, Consumer<Packet> packets, RejectionLog rejections) {
            super(connection, packets);
            this.rejections = rejections;
        }

        @Override
        public HandlerStatus onRead() throws Exception {
            ByteBuffer come = src.duplicate();
            come.flip();
            int refused = bounds.firstRefused(come);
            if (refused == PacketBounds.NONE) {
                return super.onRead();
            }
            src.clear();
            if (connection.isAlive()) {
                rejections.reject(
                        "cluster port: closed a connection",
                        connection.getRemoteSocketAddress() + " announces a packet of " + refused
                                + " bytes, allowed: 0 to " + MOST_PACKET_BYTES);
                connection.close("announces a packet of " + refused + " bytes", null);
            }
            return HandlerStatus.CLEAN;
        }
    }

    /** Follows the packets of a connection: the next head begins where a packet ends. */
    static final class PacketBounds {
        static final int NONE = Integer.MAX_VALUE;

        /** The bytes of the present packet that have not arrived. */
        private int left;

        /**
         * Checks newly received data; an incomplete head is passed again with the next data.
         *
         * @return the rejected length, or {@link #NONE}; {@code Integer.MAX_VALUE} itself is returned as one less
         */
        int firstRefused(ByteBuffer come) {
            int at = come.position();
            while (true) {
                int taken = Math.min(left, come.limit() - at);
                left -= taken;
                at += taken;
                if (left > 0 || come.limit() - at < HEADER) {
                    return NONE;
                }
                int announced = come.getInt(at + VERSION_AND_FLAGS_AND_PARTITION);
                if (announced < 0 || announced > MOST_PACKET_BYTES) {
                    return Math.min(announced, NONE - 1);
                }
                left = announced;
                at += HEADER;
            }
        }
    }

    /**
     * Finds the classes that members exchange, and rejects all others with an error that makes Hazelcast stop
     * searching.
     */
    private static final class OwnClasses extends ClassLoader {
        private static final List<String> PREFIXES =
                List.of("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.", "java.lang.", "java.util.");

        /** Hazelcast checks at its start whether this class exists. */
        private static final String JCACHE = "javax.cache.Caching";

        OwnClasses(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(JCACHE)) {
                throw new ClassNotFoundException(name);
            }
            if (PREFIXES.stream().noneMatch(name::startsWith)) {
                throw new SecurityException("class " + name + " is not exchanged by the nodes of a cluster");
            }
            return super.loadClass(name, resolve);
        }
    }
}
