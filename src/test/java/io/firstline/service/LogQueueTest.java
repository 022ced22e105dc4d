package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LogQueueTest {
    /** Every command flushes at its end: it waited for the whole time limit. */
    @Test
    @Timeout(20)
    void shouldEndAFlushWhenAllLinesAreWritten() {
        LoggerContext context = new LoggerContext();
        ListAppender<ILoggingEvent> written = new ListAppender<>();
        written.start();
        LogQueue queue = new LogQueue();
        queue.setContext(context);
        queue.addAppender(written);
        queue.start();
        Logger log = context.getLogger("a");
        log.setLevel(Level.INFO);
        log.addAppender(queue);

        log.info("one");
        log.info("two");
        LogQueue.flushAll(TimeUnit.MINUTES.toMillis(1));

        assertThat(written.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("one", "two");
        queue.stop();
    }
}
