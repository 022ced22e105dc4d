package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.bridge.TokenCheck.Result;
import io.firstline.config.service.BearerToken;
import io.firstline.testkit.Loggers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Guessing a token is slow, but only for the guesser. */
class TokenCheckTest {
    private static final String RIGHT = "Bearer " + BridgeTestBase.TOKEN;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TokenCheck check = new TokenCheck("a test", new BearerToken(BridgeTestBase.TOKEN_SHA256));
    /** Near the largest value of the clock: differences must still be right. */
    private long now = Long.MAX_VALUE - SECOND;

    private int looked(String address, int guesses) {
        int looked = 0;
        for (int i = 0; i < guesses; i++) {
            looked += check.check("Bearer " + address + now + i, address, now) == Result.WRONG ? 1 : 0;
        }
        return looked;
    }

    @Test
    void shouldSlowDownWhoGuessesAndNobodyElse() {
        assertThat(looked("10.0.0.1", 100)).isEqualTo(TokenCheck.BURST);
        assertThat(check.check(RIGHT, "10.0.0.1", now)).as("not looked at").isEqualTo(Result.TOO_MANY);
        assertThat(check.check(RIGHT, "10.0.0.2", now)).isEqualTo(Result.RIGHT);

        now += SECOND;
        assertThat(looked("10.0.0.1", 100)).isEqualTo(1);
        now += 3 * SECOND;
        assertThat(looked("10.0.0.1", 100)).isEqualTo(3);
        now += SECOND;
        assertThat(check.check(RIGHT, "10.0.0.1", now)).isEqualTo(Result.RIGHT);
        now += 3_600 * SECOND;
        assertThat(looked("10.0.0.1", 100)).isEqualTo(TokenCheck.BURST);
    }

    @Test
    void shouldNotCountTheSameWrongTokenTwice() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(check.check("Bearer of last year", "10.0.0.1", now)).isEqualTo(Result.WRONG);
        }
        assertThat(check.check(RIGHT, "10.0.0.1", now)).isEqualTo(Result.RIGHT);
        assertThat(check.check(null, "10.0.0.1", now)).isEqualTo(Result.NONE);
    }

    @Test
    void shouldTakeANetworkForOneAddressAndRememberABoundedNumber() {
        assertThat(TokenCheck.network("2001:db8:1:2:3:4:5:6")).isEqualTo(TokenCheck.network("2001:db8:1:2::"));
        assertThat(TokenCheck.network("2001:db8:1:2::")).isNotEqualTo(TokenCheck.network("2001:db8:1:3::"));
        assertThat(TokenCheck.network("::ffff:10.0.0.1")).isEqualTo("10.0.0.1");
        assertThat(TokenCheck.network(".:1")).as("no address").isEqualTo(".:1");
        for (int i = 0; i < 2 * TokenCheck.MOST_ADDRESSES; i++) {
            assertThat(looked("10.0." + i / 256 + "." + i % 256, 1)).isEqualTo(1);
        }

        assertThat(check.addresses()).isEqualTo(TokenCheck.MOST_ADDRESSES);
    }

    @Test
    void shouldLogAtMostOnceASecondWithHowMany() {
        Logger logger = Loggers.of(TokenCheck.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        try {
            looked("10.0.0.1", 50);
            looked("10.0.0.2", 50);
            check.report(now);
            assertThat(log.list).hasSize(1);

            check.report(now + SECOND);
            check.report(now + 2 * SECOND);

            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "a test rejected wrong tokens: 1, the last from 10.0.0.1",
                            "a test rejected wrong tokens: 99, the last from 10.0.0.2");
        } finally {
            logger.detachAppender(log);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }
}
