package kotlinexample

import io.firstline.stream.FeedMessage
import io.vertx.kotlin.coroutines.CoroutineVerticle
import io.vertx.kotlin.coroutines.toReceiveChannel
import kotlinx.coroutines.launch

/** Kotlin: a coroutine reads the feed from a channel, and may suspend between two messages. */
class Consumer : CoroutineVerticle() {
    override suspend fun start() {
        val messages = vertx.eventBus().localConsumer<FeedMessage>("firstline.feed.demo").toReceiveChannel(vertx)
        launch {
            var expected = 0L
            for (message in messages) with(message.body()) {
                if (expected in 1 until sequence()) System.err.println("missed ${sequence() - expected}")
                expected = sequence() + 1
                println("${sequence()} ${if (late()) "late " else ""}${asText()}")
            }
        }
    }
}
