package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnRegistrationsTest {
    private static final RegistrationInfo ONE = new RegistrationInfo("here", 1, false);
    private static final RegistrationInfo TWO = new RegistrationInfo("here", 2, false);
    private static final RegistrationInfo LOCAL = new RegistrationInfo("here", 3, true);
    private static final Completable<Void> IGNORED = (nothing, failure) -> {};

    private final Set<RegistrationInfo> registered = new HashSet<>();
    private final Queue<Runnable> underWay = new ArrayDeque<>();
    private boolean fails;

    private final OwnRegistrations own = new OwnRegistrations(new OwnRegistrations.Registry() {
        @Override
        public void add(String address, RegistrationInfo consumer, Completable<Void> done) {
            underWay.add(() -> {
                if (fails) {
                    done.fail("no member");
                } else {
                    registered.add(consumer);
                    done.succeed();
                }
            });
        }

        @Override
        public void remove(String address, RegistrationInfo consumer, Completable<Void> done) {
            underWay.add(() -> {
                registered.remove(consumer);
                done.succeed();
            });
        }
    });

    private void complete() {
        while (!underWay.isEmpty()) {
            underWay.remove().run();
        }
    }

    @Test
    void shouldRestoreWhatAnotherNodeRemoved() {
        own.add("a", ONE, IGNORED);
        own.add("b", TWO, IGNORED);
        own.add("a", LOCAL, IGNORED);
        complete();
        registered.clear();

        own.repeat();
        complete();

        assertThat(registered).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void shouldNotRestoreAConsumerThatEndsMeanwhile() {
        own.add("a", ONE, IGNORED);
        complete();

        own.remove("a", ONE, IGNORED);
        own.repeat();
        complete();
        assertThat(registered).isEmpty();

        own.add("a", TWO, IGNORED);
        complete();
        own.repeat();
        own.remove("a", TWO, IGNORED);
        Runnable again = underWay.remove();
        complete();
        again.run(); // after the removal
        complete();
        assertThat(registered).isEmpty();
    }

    @Test
    void shouldTryAgainAfterAFailure() {
        own.add("a", ONE, IGNORED);
        complete();
        registered.clear();
        fails = true;
        own.repeat();
        complete();

        fails = false;
        own.repeat();
        complete();

        assertThat(registered).containsExactly(ONE);
    }

    @Test
    void shouldNotRepeatTwiceAtATime() {
        own.add("a", ONE, IGNORED);
        complete();

        own.repeat();
        own.repeat();

        assertThat(underWay).hasSize(1);
    }

    /** Counts which of these calls register the consumer again. */
    private int repeated(int calls) {
        int repeated = 0;
        for (int i = 0; i < calls; i++) {
            own.repeat();
            repeated += underWay.size();
            complete();
        }
        return repeated;
    }

    @Test
    void shouldRepeatEverLessOftenWhileTheMembersStayTheSame() {
        own.add("a", ONE, IGNORED);
        complete();

        assertThat(repeated(OwnRegistrations.CALLS_AFTER_CHANGE)).isEqualTo(OwnRegistrations.CALLS_AFTER_CHANGE);
        assertThat(repeated(2 + 4 + 8 + 16)).isEqualTo(4);
        assertThat(repeated(10 * OwnRegistrations.MOST_PAUSE_CALLS)).isEqualTo(10);

        own.membersChanged();
        assertThat(repeated(OwnRegistrations.CALLS_AFTER_CHANGE)).isEqualTo(OwnRegistrations.CALLS_AFTER_CHANGE);
    }
}
