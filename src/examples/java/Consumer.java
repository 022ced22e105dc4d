import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Java: a verticle reads the feed on its event loop. Messages arrive one at a time, in order, as the publisher's own
 * object.
 */
public final class Consumer extends VerticleBase {
    private long expected;

    @Override
    public Future<?> start() {
        return vertx.eventBus()
                .<FeedMessage>localConsumer("firstline.feed.demo", message -> read(message.body()))
                .completion();
    }

    private void read(FeedMessage message) {
        if (expected > 0 && message.sequence() > expected) { // we were too slow, so messages were dropped for us
            System.err.println("missed " + (message.sequence() - expected));
        }
        expected = message.sequence() + 1;
        System.out.println(message.sequence() + (message.late() ? " late " : " ") + message.asText());
    }
}
