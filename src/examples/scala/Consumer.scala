package scalaexample

import io.firstline.stream.FeedMessage
import io.vertx.core.{Future, VerticleBase}

/** Scala 3: the handling of a message is a function of the expected sequence number. */
class Consumer extends VerticleBase:
  private var expected = 0L

  override def start(): Future[?] =
    vertx.eventBus
      .localConsumer[FeedMessage]("firstline.feed.demo", message => expected = read(expected, message.body))
      .completion

  private def read(expected: Long, message: FeedMessage): Long =
    message.sequence - expected match
      case missed if expected > 0 && missed > 0 => System.err.println(s"missed $missed")
      case _                                    =>
    println(s"${message.sequence}${if message.late then " late" else ""} ${message.asText}")
    message.sequence + 1
