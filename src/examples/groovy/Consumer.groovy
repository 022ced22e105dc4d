package groovyexample

import io.firstline.stream.FeedMessage
import io.vertx.core.Future
import io.vertx.core.VerticleBase
import io.vertx.core.eventbus.Message

/** Groovy: a closure for each message. */
class Consumer extends VerticleBase {
    private long expected

    @Override
    Future<?> start() {
        vertx.eventBus().<FeedMessage>localConsumer('firstline.feed.demo') { Message<FeedMessage> it -> read(it.body()) }.completion()
    }

    private void read(FeedMessage message) {
        message.with {
            if (expected in 1..<sequence()) System.err.println "missed ${sequence() - expected}"
            expected = sequence() + 1
            println "${sequence()} ${late() ? 'late ' : ''}${asText()}"
        }
    }
}
