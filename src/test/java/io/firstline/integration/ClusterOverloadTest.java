package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in separate processes that receive more than the machine can carry, without any fault.
 * {@code mvn test -Pcluster -Dtest=ClusterOverloadTest [-Dcluster.feeds=20 -Dcluster.rate=2000 -Dcluster.seconds=180]}.
 */
@Tag("cluster")
class ClusterOverloadTest {
    private static final int FEEDS = Integer.getInteger("cluster.feeds", 20);
    private static final int RATE = Integer.getInteger("cluster.rate", 2_000);
    private static final int SECONDS = Integer.getInteger("cluster.seconds", 180);
    private static final int STEP_SECONDS = 10;
    /** Until then, feeds move to their preferred nodes, which may have started later than others. */
    private static final int SETTLED_SECONDS = 30;

    @TempDir
    Path folder;

    private ClusterScene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new ClusterScene(folder, FEEDS, RATE);
        scene.openWithoutWaiting();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void shouldKeepOwnersWhateverTheLoad() throws Exception {
        int settled = 0;
        for (int at = 0; at < SETTLED_SECONDS + SECONDS; at += STEP_SECONDS) {
            TimeUnit.SECONDS.sleep(STEP_SECONDS); // the load under test, not a proof
            System.out.printf(
                    Locale.ROOT,
                    "[overload] %d s: %d changes of owner; %s%n",
                    at + STEP_SECONDS,
                    scene.changesOfOwner(),
                    scene.ledger());
            settled = at + STEP_SECONDS == SETTLED_SECONDS ? scene.changesOfOwner() : settled;
        }
        assertThat(scene.changesOfOwner() - settled)
                .as("changes of owner without a fault, after %d s", SETTLED_SECONDS)
                .isZero();
        scene.settle();
        scene.assertNothingLost();
    }
}
