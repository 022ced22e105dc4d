package io.firstline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Quiet;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A stall of the path loses no message that a plain client would have received, whichever connections it hits and
 * however long it lasts. {@code -Dfirstline.seed=N} repeats one world, with {@code -Dfirstline.trace=true} and its
 * trace.
 */
class StallSimulationTest {
    private static final int WORLDS = 150;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    @Test
    void shouldLoseNothingToPathsThatStandStill() throws Exception {
        Long only = Long.getLong("firstline.seed");
        long from = only == null ? 1 : only;
        long to = only == null ? Integer.getInteger("firstline.worlds", WORLDS) : only;
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<StallWorld.Story> all = new CompletableFuture<>();
            next(vertx, from, to, new StallWorld.Story(0, 0, 0, 0, 0), all);
            StallWorld.Story story = all.get(2, TimeUnit.MINUTES);
            System.out.println("[simulation] stalls: " + story);
            assertThat(story.stalls()).isGreaterThanOrEqualTo(to - from + 1);
        } finally {
            vertx.close();
        }
    }

    /** A quiet feed whose server has stopped to answer looks like this with every message. */
    @Test
    void shouldReportOnceAMinuteThatNothingIsAnswered() throws Exception {
        long seed = Long.getLong("firstline.seed", 7);
        System.out.println("[simulation] flutter: seed " + seed);
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<List<Long>> between = new CompletableFuture<>();
            var context = ((VertxInternal) vertx).createEventLoopContext();
            context.runOnContext(v -> {
                try {
                    between.complete(new StallWorld(seed, context).flutter(4));
                } catch (RuntimeException | Error e) {
                    between.completeExceptionally(e);
                }
            });
            assertThat(between.get(1, TimeUnit.MINUTES))
                    .as("the last stall is reported too")
                    .isNotEmpty()
                    .allMatch(nanos -> nanos >= Plan.MINUTE);
        } finally {
            vertx.close();
        }
    }

    private static void next(
            Vertx vertx, long seed, long to, StallWorld.Story before, CompletableFuture<StallWorld.Story> done) {
        if (seed > to) {
            done.complete(before);
            return;
        }
        var context = ((VertxInternal) vertx).createEventLoopContext();
        context.runOnContext(v -> {
            try {
                StallWorld.Story story = before.plus(new StallWorld(seed, context).live());
                next(vertx, seed + 1, to, story, done);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
    }
}
