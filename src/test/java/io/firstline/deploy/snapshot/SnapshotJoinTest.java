package io.firstline.deploy.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.deploy.snapshot.SnapshotJoin.Joined;
import io.firstline.deploy.snapshot.SnapshotJoin.Refused;
import io.firstline.deploy.snapshot.SnapshotJoin.Verdict;
import io.firstline.deploy.snapshot.SnapshotJoin.Wait;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.SnapshotReader.Facts;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SnapshotJoinTest {
    private static final long SETTLED = TimeUnit.MILLISECONDS.toNanos(SnapshotJoin.SETTLE_MS);
    private static final long START = 1_000;

    private SnapshotJoin join = new SnapshotJoin(true, false, START);
    private long sequence = START;

    private static Facts number(long first, long last) {
        return Facts.numbered(first, last);
    }

    private static Facts snapshot(long number) {
        return new Facts(true, 0, number, false);
    }

    private static Facts unnumbered() {
        return new Facts(true, OutgoingCopy.NO_NUMBER, OutgoingCopy.NO_NUMBER, false);
    }

    /** A message that follows the one before it. */
    private void published(long number) {
        join.published(++sequence, number, number(number, number), false);
    }

    private Verdict settled() {
        join.look(0);
        return join.look(SETTLED);
    }

    @Test
    void shouldContinueAfterTheMessageThatHasTheNumberOfTheSnapshot() {
        join.newestBefore(10);
        published(11);
        published(12);
        join.snapshot(0, snapshot(11), 0);

        assertThat(join.look(0)).isInstanceOf(Wait.class);
        assertThat(join.look(SETTLED)).isEqualTo(new Joined(START + 1, Set.of()));
    }

    @Test
    void shouldContinueAtOnceInASilentStreamThatHasTheNumberAlready() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(10), 0);

        assertThat(settled()).isEqualTo(new Joined(START, Set.of()));
    }

    @Test
    void shouldContinueBeforeAMessageThatCoversTheNextNumber() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(12), 0);
        join.published(START + 5, 1, number(11, 14), false);

        assertThat(settled()).isEqualTo(new Joined(START + 4, Set.of()));
    }

    @Test
    void shouldWaitUntilTheMergedStreamHasReachedTheSnapshot() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(12), 0);
        published(11);
        assertThat(settled()).isEqualTo(new Wait(SnapshotRefusal.BEHIND));

        published(12);
        assertThat(settled()).isEqualTo(new Joined(START + 2, Set.of()));
    }

    @Test
    void shouldRefuseASnapshotBeforeAHole() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(12), 0);
        published(11);
        published(14);
        join.published(++sequence, 13, number(13, 13), true); // too late to continue the snapshot

        assertThat(join.look(0)).isEqualTo(new Refused(SnapshotRefusal.GAP));
    }

    @Test
    void shouldNameLateMessagesThatAreInside() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(12), 0);
        published(12);
        published(13);
        join.look(0);
        join.published(++sequence, 11, number(11, 11), true);

        assertThat(join.look(SETTLED)).isEqualTo(new Joined(START + 1, Set.of(START + 3)));
    }

    @Test
    void shouldRefuseASnapshotOlderThanTheStream() {
        join.newestBefore(10);
        join.snapshot(0, snapshot(9), 0);

        assertThat(join.look(0)).isEqualTo(new Refused(SnapshotRefusal.OLD));
    }

    @Test
    void shouldRefuseWhenTheNumbersRestart() {
        join.newestBefore(10);
        published(11);
        published(1);
        join.snapshot(0, snapshot(11), 0);

        assertThat(join.look(0)).isEqualTo(new Refused(SnapshotRefusal.RESTARTED));
    }

    @Test
    void shouldTakeGrowingNumbersForWhatTheyProve() {
        join = new SnapshotJoin(true, true, START);
        join.newestBefore(10);
        join.snapshot(0, snapshot(13), 0);
        join.published(++sequence, 1, number(OutgoingCopy.NO_NUMBER, 12), false);
        assertThat(settled()).isEqualTo(new Wait(SnapshotRefusal.BEHIND));

        join.published(++sequence, 2, number(OutgoingCopy.NO_NUMBER, 15), false);
        assertThat(settled()).isEqualTo(new Joined(START + 1, Set.of()));
    }

    @Test
    void shouldFindWhatFollowsASnapshotWithoutANumber() {
        for (int identity = 1; identity <= 5; identity++) {
            join.published(++sequence, identity, Facts.NONE, false);
        }
        join.snapshot(99, unnumbered(), 0);
        assertThat(settled()).isEqualTo(new Wait(SnapshotRefusal.NO_CONTINUATION));

        join.follower(4, SETTLED);
        assertThat(join.look(2 * SETTLED - 1)).isEqualTo(new Wait(SnapshotRefusal.NO_CONTINUATION));
        assertThat(join.look(2 * SETTLED)).isEqualTo(new Joined(START + 3, Set.of()));
    }

    @Test
    void shouldNameOlderMessagesBetweenThoseThatFollow() {
        join.snapshot(99, unnumbered(), 0);
        for (int identity : new int[] {1, 2, 77, 3, 88}) {
            join.published(++sequence, identity, Facts.NONE, false);
        }
        join.follower(2, 0);
        join.follower(3, 0);

        assertThat(join.look(SETTLED)).isEqualTo(new Joined(START + 1, Set.of(START + 3)));
    }

    @Test
    void shouldJoinBehindTheSameSnapshotInTheMergedStream() {
        join.published(++sequence, 1, Facts.NONE, false);
        join.published(++sequence, 99, Facts.NONE, false);
        join.snapshot(99, unnumbered(), 0);

        assertThat(settled()).isEqualTo(new Joined(START + 2, Set.of()));
    }

    @Test
    void shouldJoinTheFirstSnapshotWithAPlaceThoughTheVenueSendsNothingElse() {
        join.published(++sequence, 1, Facts.NONE, false);
        assertThat(join.snapshot(1, unnumbered(), 0)).isTrue();
        for (int identity = 2; identity <= 5; identity++) {
            join.published(++sequence, identity, Facts.NONE, false);
            assertThat(join.snapshot(identity, unnumbered(), 0)).isFalse();
        }

        assertThat(settled()).isEqualTo(new Joined(START + 1, Set.of()));
    }

    @Test
    void shouldWantSeveralEqualMessagesInARowWhereBytesMayRepeat() {
        join = new SnapshotJoin(false, false, START);
        join.snapshot(99, unnumbered(), 0);
        for (int identity : new int[] {7, 7, 7, 7, 5}) {
            join.published(++sequence, identity, Facts.NONE, false);
        }
        join.follower(7, 0);
        join.follower(7, 0);
        assertThat(join.look(SETTLED)).isEqualTo(new Wait(SnapshotRefusal.NO_CONTINUATION));

        join.follower(7, SETTLED);
        assertThat(join.look(2 * SETTLED)).isEqualTo(new Wait(SnapshotRefusal.AMBIGUOUS));

        join.follower(5, 2 * SETTLED);
        assertThat(join.look(3 * SETTLED)).isEqualTo(new Joined(START + 1, Set.of()));
    }

    @Test
    void shouldWaitForASnapshotAndGiveUpWhenTooManyMessagesArrive() {
        published(1);
        assertThat(join.look(0)).isEqualTo(new Wait(SnapshotRefusal.NO_SNAPSHOT));
        for (int i = 0; i < SnapshotJoin.MOST; i++) {
            published(i + 2);
        }
        assertThat(join.look(0)).isEqualTo(new Refused(SnapshotRefusal.TOO_MANY_MESSAGES));
    }
}
