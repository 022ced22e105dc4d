package io.firstline.feed;

import io.firstline.connection.Scheduler;
import io.firstline.feed.message.Question;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the messages of servers that expect it, on the connection that they arrive on. Runs on the feed's context. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final FeedEventLog eventLog;
    private final Scheduler scheduler;
    /** Far from the ids of requests and heartbeats: a reply to an answer must not settle one. */
    private long lastId = 2_000_000_000;

    Answers(FeedEventLog eventLog, Scheduler scheduler) {
        this.eventLog = eventLog;
        this.scheduler = scheduler;
    }

    /** The server asks. Not every question is answered: the server chooses how many there are. */
    void asked(PooledConnection pooled, Question question) {
        if (!pooled.isLive()) {
            return;
        }
        String obstacle = question.obstacle();
        if (!obstacle.isEmpty()) {
            eventLog.protocolDiffers(pooled, ProtocolProblem.UNANSWERABLE, obstacle);
        } else if (pooled.answers.take(scheduler.nowNanos())) {
            pooled.connection
                    .sendFirst(question.answer(++lastId, scheduler.epochMicros() / 1_000))
                    .onComplete(done -> pooled.answers.done())
                    // the end of the connection is reported
                    .onFailure(e -> LOG.debug("{} answer", pooled.id(), e));
        } else {
            eventLog.protocolDiffers(
                    pooled,
                    ProtocolProblem.TOO_MANY_QUESTIONS,
                    "the server asks more often than " + AnswerBudget.PER_SECOND + " times a second");
        }
    }
}
