package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamHoldersTest {
    private static final long SECOND = 1_000_000_000L;

    private final StreamHolders holders = new StreamHolders();

    @Test
    void shouldKeepWhatAnotherWantsUntilItLeavesToo() {
        holders.wants(List.of("a", "b"), "one", 0, 0);
        holders.wants(List.of("b"), "two", 0, 0);

        assertThat(holders.leaves(List.of("a", "b"), "one", 0, SECOND)).containsExactly("b");
        assertThat(holders.leaves(List.of("b"), "two", 0, SECOND)).isEmpty();
    }

    @Test
    void shouldForgetWhoDoesNotRepeatWhatItWants() {
        holders.wants(List.of("a"), "one", 0, 0);
        holders.wants(List.of("a"), "two", 0, 0);

        assertThat(holders.leaves(List.of("a"), "one", 0, StreamHolders.FORGOTTEN_NANOS - 1))
                .containsExactly("a");
        assertThat(holders.leaves(List.of("a"), "one", 0, StreamHolders.FORGOTTEN_NANOS))
                .isEmpty();
    }

    @Test
    void shouldKeepEverythingWhileTheOwnerIsNew() {
        holders.wants(List.of("a"), "one", 7, 20 * SECOND);

        assertThat(holders.leaves(List.of("a"), "one", 7, 21 * SECOND)).containsExactly("a");
        assertThat(holders.leaves(List.of("a"), "one", 7, 25 * SECOND)).isEmpty();
        assertThat(holders.leaves(List.of("a"), "one", 8, 26 * SECOND))
                .as("the next owner")
                .containsExactly("a");
    }

    @Test
    void shouldRememberNoMoreThanItsBound() {
        List<String> many =
                IntStream.range(0, StreamHolders.MOST).mapToObj(i -> "s" + i).toList();
        holders.wants(many, "one", 0, 0);
        holders.wants(List.of("late"), "two", 0, 0);
        assertThat(holders.leaves(List.of("late"), "one", 0, 1))
                .as("not remembered")
                .isEmpty();

        holders.wants(List.of("late"), "two", 0, StreamHolders.FORGOTTEN_NANOS);
        assertThat(holders.leaves(List.of("late"), "one", 0, StreamHolders.FORGOTTEN_NANOS + 1))
                .as("those before are forgotten")
                .containsExactly("late");
    }
}
