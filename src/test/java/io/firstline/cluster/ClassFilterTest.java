package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializable;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.integration.Quiet;
import io.firstline.testkit.Loggers;
import java.io.Externalizable;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A node creates no object of a class that its cluster does not exchange, whatever the sender and the form. */
class ClassFilterTest {
    private static final AtomicInteger MADE = new AtomicInteger();

    private static HazelcastInstance node;
    private static InternalSerializationService ours;
    /** Of a peer, who may send what it likes. */
    private static InternalSerializationService theirs;

    @BeforeAll
    static void start() {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        int port = Node.freePorts(1).get(0);
        ClusterConfig config = new ClusterConfig(
                true,
                "filter",
                "127.0.0.1",
                port,
                0,
                0,
                List.of("127.0.0.1:" + port),
                1,
                400,
                1 << 20,
                "what the nodes know",
                null,
                true,
                null,
                null,
                false);
        node = HazelcastNode.start(
                HazelcastSettings.of(config, new JoinAddresses(config)),
                new RejectionLog(LoggerFactory.getLogger(ClassFilterTest.class), System::nanoTime));
        ours = ((HazelcastInstanceProxy) node).getOriginal().node.getSerializationService();
        theirs = new DefaultSerializationServiceBuilder().build();
    }

    @AfterAll
    static void stop() {
        theirs.dispose();
        node.shutdown();
    }

    private static void assertRefused(Object unknown) {
        Data sent = theirs.toData(unknown);
        assertThat(theirs.<Object>toObject(sent))
                .as("a peer without the filter makes it")
                .isNotNull();
        int made = MADE.get();

        assertThatThrownBy(() -> ours.toObject(sent))
                .hasStackTraceContaining("SecurityException")
                .hasStackTraceContaining(unknown.getClass().getName());

        assertThat(MADE).as("not even begun").hasValue(made);
    }

    @Test
    void shouldRefuseAnObjectOfAStrangersClass() {
        assertRefused(new Stranger());
    }

    @Test
    void shouldRefuseOneThatReadsItself() {
        assertRefused(new ReadsItself());
        assertRefused(new ReadsItselfForHazelcast());
    }

    @Test
    void shouldRefuseOneInsideAListThatIsAllowed() {
        Data sent = theirs.toData(new Object[] {new ArrayList<>(List.of("a", new Stranger()))});
        int made = MADE.get();

        assertThatThrownBy(() -> ours.toObject(sent)).hasStackTraceContaining(Stranger.class.getName());

        assertThat(MADE).hasValue(made);
    }

    @Test
    void shouldRefuseAClassThatIsOnlyNamed() {
        Data sent = theirs.toData(Stranger.class);

        assertThatThrownBy(() -> ours.toObject(sent)).hasStackTraceContaining(Stranger.class.getName());
    }

    @Test
    void shouldMakeWhatMembersExchange() {
        for (Object exchanged : List.of("text", 7L, new ArrayList<>(List.of("a", 1)), List.of("a", "b"))) {
            assertThat(ours.<Object>toObject(theirs.toData(exchanged))).isEqualTo(exchanged);
        }
        assertThat(ours.<Object>toObject(theirs.toData(new IllegalStateException("why"))))
                .isInstanceOf(IllegalStateException.class);
    }

    /** By Java's own serialization. */
    private static final class Stranger implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) {
            MADE.incrementAndGet();
        }
    }

    /** The same, by its own method. */
    public static final class ReadsItself implements Externalizable {
        private static final long serialVersionUID = 1L;

        public ReadsItself() {
            MADE.incrementAndGet();
        }

        @Override
        public void writeExternal(ObjectOutput out) {
            // there is nothing in it
        }

        @Override
        public void readExternal(ObjectInput in) {
            MADE.incrementAndGet();
        }
    }

    /** By Hazelcast's serialization, which makes an object of any class that it can find by its name. */
    public static final class ReadsItselfForHazelcast implements DataSerializable {
        public ReadsItselfForHazelcast() {
            MADE.incrementAndGet();
        }

        @Override
        public void writeData(ObjectDataOutput out) {
            // there is nothing in it
        }

        @Override
        public void readData(ObjectDataInput in) {
            MADE.incrementAndGet();
        }
    }
}
