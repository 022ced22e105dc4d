import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;

/**
 * Java 21+: a plain loop on a virtual thread, which may block. At most 10,000 messages wait for it, further ones are
 * discarded.
 */
public final class VirtualThreadConsumer extends VerticleBase {
    private MessageConsumer<FeedMessage> messages;

    @Override
    public Future<?> start() {
        messages = vertx.eventBus()
                .consumer(new MessageConsumerOptions()
                        .setAddress("firstline.feed.demo")
                        .setLocalOnly(true)
                        .setMaxBufferedMessages(10_000));
        messages.pause();
        context.runOnContext(v -> read());
        return Future.succeededFuture();
    }

    private void read() {
        for (long expected = 0; ; ) {
            FeedMessage message = Future.await(next());
            if (expected > 0 && message.sequence() > expected) {
                System.err.println("missed " + (message.sequence() - expected));
            }
            expected = message.sequence() + 1;
            System.out.println(message.sequence() + (message.late() ? " late " : " ") + message.asText());
        }
    }

    private Future<FeedMessage> next() {
        Promise<FeedMessage> next = Promise.promise();
        messages.handler(message -> next.complete(message.body())).fetch(1);
        return next.future();
    }
}
