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
import io.firstline.bus.Refusals;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts Hazelcast so that a peer cannot make it do more than keep its lists: it takes memory for as many bytes as a packet announces,
 * before they come, and makes an object of any class that a packet names.
 */
final class HazelcastNode {
    /** A packet holds addresses and names; the longest, of all that is kept in a partition, some hundred KB. */
    static final int MOST_PACKET_BYTES = 4 << 20;

    private static final int VERSION_AND_FLAGS_AND_PARTITION = Byte.BYTES + Character.BYTES + Integer.BYTES;
    private static final int HEADER = VERSION_AND_FLAGS_AND_PARTITION + Integer.BYTES;

    private HazelcastNode() {}

    /** Starts a node and joins; takes seconds. */
    static HazelcastInstance start(Config config, Refusals refusals) {
        config.setClassLoader(new OwnClasses(HazelcastNode.class.getClassLoader()));
        return HazelcastInstanceFactory.newHazelcastInstance(
                config, config.getInstanceName(), new DefaultNodeContext() {
                    @Override
                    public NodeExtension createNodeExtension(Node node) {
                        return new Extension(node, refusals);
                    }
                });
    }

    private static final class Extension extends DefaultNodeExtension {
        private final Refusals refusals;

        Extension(Node node, Refusals refusals) {
            super(node);
            this.refusals = refusals;
        }

        @Override
        @SuppressWarnings("rawtypes") // Hazelcast's own type
        public InboundHandler[] createInboundHandlers(
                EndpointQualifier qualifier, ServerConnection connection, ServerContext context) {
            Consumer<Packet> packets = node.getNodeEngine().getPacketDispatcher();
            return new InboundHandler[] {new BoundedDecoder(connection, packets, refusals)};
        }
    }

    /** Looks at what a packet announces before Hazelcast does. On one of Hazelcast's threads. */
    private static final class BoundedDecoder extends PacketDecoder {
        private final Refusals refusals;
        private final PacketBounds bounds = new PacketBounds();

        BoundedDecoder(ServerConnection connection, Consumer<Packet> packets, Refusals refusals) {
            super(connection, packets);
            this.refusals = refusals;
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
                refusals.refuse(
                        "cluster port: a connection is closed",
                        connection.getRemoteSocketAddress() + " announces a packet of " + refused
                                + " bytes, allowed: 0 to " + MOST_PACKET_BYTES);
                connection.close("announces a packet of " + refused + " bytes", null);
            }
            return HandlerStatus.CLEAN;
        }
    }

    /** Follows the packets of a connection: where one ends the head of the next begins. */
    static final class PacketBounds {
        static final int NONE = Integer.MAX_VALUE;

        /** Of the packet that has begun, what has not come. */
        private int left;

        /**
         * Looks at what has come since the last time; the start of a head that is not whole comes again.
         *
         * @return the length that is refused, or {@link #NONE}; {@code Integer.MAX_VALUE} itself is told as one less
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

    /** Finds the classes that members exchange, and refuses all others for good: Hazelcast would look elsewhere for what is only missing. */
    private static final class OwnClasses extends ClassLoader {
        private static final List<String> PREFIXES =
                List.of("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.", "java.lang.", "java.util.");

        /** Hazelcast asks at its start whether it is there. */
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
                throw new SecurityException("class " + name + " is none that the nodes of a cluster exchange");
            }
            return super.loadClass(name, resolve);
        }
    }
}
