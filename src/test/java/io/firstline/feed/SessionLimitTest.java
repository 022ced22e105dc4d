package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.report.Disconnect;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionLimitTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Disconnect KICKED = new Disconnect(Disconnect.Cause.CLOSED, 4000, "replaced by a new session");

    private final SessionLimit limit = new SessionLimit();

    private boolean kicked(int second, long ageMs) {
        limit.opened(second * SECOND, second * SECOND);
        return limit.lost(KICKED, ageMs, second * SECOND + SECOND / 10);
    }

    @Test
    void shouldSeeThatEachNewConnectionClosesAnOlderOne() {
        for (int i = 1; i < SessionLimit.CLOSES; i++) {
            assertThat(kicked(10 * i, 5_000)).as("%d in a row", i).isFalse();
        }
        assertThat(kicked(10 * SessionLimit.CLOSES, 10_000)).isTrue();
    }

    @Test
    void shouldNotTakeOtherLossesForThat() {
        for (int i = 0; i < 10; i++) {
            assertThat(kicked(i * 10, 50)).as("the new one itself").isFalse();
            assertThat(limit.lost(KICKED, 60_000, i * 10L * SECOND + 5 * SECOND))
                    .as("long after one has opened")
                    .isFalse();
        }
        for (int i = 1; i < SessionLimit.CLOSES; i++) {
            assertThat(kicked(200 + 10 * i, 5_000)).isFalse();
        }
        assertThat(limit.lost(KICKED, 5_000, 420 * SECOND))
                .as("without a new one")
                .isFalse();
        assertThat(kicked(430, 5_000)).as("counted anew").isFalse();
    }

    @Test
    void shouldSeeRefusalsWhileOneIsLive() {
        Disconnect refused = new Disconnect(Disconnect.Cause.HTTP, 406, "HTTP 406");
        Disconnect session = new Disconnect(Disconnect.Cause.HTTP, 403, "HTTP 403: Session exists");
        assertThat(limit.refused(refused, 1)).isFalse();
        assertThat(limit.refused(session, 1)).isFalse();
        assertThat(limit.refused(session, 0)).as("nothing is live").isFalse();
        assertThat(limit.refused(refused, 1)).isFalse();
        assertThat(limit.refused(refused, 1)).isFalse();
        assertThat(limit.refused(new Disconnect(Disconnect.Cause.HTTP, 503, "no session"), 1))
                .isFalse();
        assertThat(limit.refused(refused, 1)).isFalse();
        assertThat(limit.refused(session, 1)).isFalse();
        assertThat(limit.refused(refused, 1)).isTrue();
    }

    /** As many connections of this age as prove it, each lost this long after another one has opened: is that proof? */
    private static boolean isProof(long ageMs, long sinceOpenedNanos) {
        SessionLimit enough = new SessionLimit();
        boolean proof = false;
        for (int second = 10; second <= 10 * SessionLimit.CLOSES; second += 10) {
            enough.opened(second * SECOND, second * SECOND);
            proof = enough.lost(KICKED, ageMs, second * SECOND + sinceOpenedNanos);
        }
        return proof;
    }

    /** Ages are whole milliseconds, so that of the new connection itself may be up to one too great. */
    @Test
    void shouldCountOnlyOlderConnectionsThatEndWithinTwoSecondsOfANewOne() {
        assertThat(isProof(60_000, 2 * SECOND - 1)).isTrue();
        assertThat(isProof(60_000, 2 * SECOND)).isFalse();
        assertThat(isProof(102, SECOND / 10)).isTrue();
        assertThat(isProof(101, SECOND / 10)).isFalse();
        assertThat(isProof(100, SECOND / 10)).isFalse();
    }

    /** A connection opens in a second whose attempt began before this loss of one that was this old: is that proof? */
    private boolean kickedBeforeItOpened(int second, long ageMs) {
        assertThat(limit.lost(KICKED, ageMs, second * SECOND)).isFalse();
        return limit.opened(second * SECOND - SECOND / 10, second * SECOND + SECOND / 100);
    }

    @Test
    void shouldSeeThatTheOlderConnectionIsClosedBeforeTheNewOneIsOpen() {
        for (int i = 1; i < SessionLimit.CLOSES; i++) {
            assertThat(kickedBeforeItOpened(10 * i, 5_000)).isFalse();
        }
        assertThat(kickedBeforeItOpened(200, 50))
                .as("not older than the attempt")
                .isFalse();
        assertThat(kickedBeforeItOpened(210, 200)).isTrue();
    }

    @Test
    void shouldNotTakeTheFailuresOfAServerForThat() {
        for (int code : new int[] {1001, 1011, 1012, 1013}) {
            for (int i = 1; i <= 5; i++) {
                limit.opened(i * SECOND, i * SECOND);
                Disconnect end = new Disconnect(Disconnect.Cause.CLOSED, code, "");
                assertThat(limit.lost(end, 5_000, i * SECOND + 1))
                        .as("code %d", code)
                        .isFalse();
            }
        }
        for (int i = 10; i <= 20; i++) {
            limit.opened(i * SECOND, i * SECOND);
            Disconnect end = new Disconnect(Disconnect.Cause.CLOSED, 4_000 + i % 2, "");
            assertThat(limit.lost(end, 5_000, i * SECOND + 1))
                    .as("different codes")
                    .isFalse();
            limit.opened(i * SECOND, i * SECOND);
            assertThat(limit.lost(new Disconnect(Disconnect.Cause.RESET, 1006, ""), 5_000, i * SECOND + 1))
                    .isFalse();
        }
    }

    @Test
    void shouldCountLossesAfterOneOpeningOnce() {
        int last = 10 * SessionLimit.CLOSES;
        for (int second = 10; second <= last; second += 10) {
            limit.opened(second * SECOND, second * SECOND);
            for (int i = 1; i < 5; i++) {
                boolean proof = limit.lost(KICKED, 5_000, second * SECOND + i);
                assertThat(proof).isEqualTo(second == last && i == 1);
            }
        }
    }
}
