package io.firstline.testkit.book;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/**
 * A client that builds a book from the messages that it is given, and gets a snapshot over REST where the venue's rules
 * want one. It keeps the first breach of the rules. Safe for use by several threads.
 */
public final class BookClient {
    private final BookVenue venue;
    private final BookBuilder builder;
    private final Supplier<Future<String>> rest;
    private boolean asking;
    private Throwable failure;

    /** Makes a client; {@code rest} gets the true book over REST. */
    public BookClient(BookVenue venue, Supplier<Future<String>> rest) {
        this.venue = venue;
        this.builder = venue.builder();
        this.rest = rest;
    }

    public synchronized void take(String message) {
        if (failure == null) {
            try {
                builder.take(message);
                askIfWanted();
            } catch (AssertionError e) {
                failure = e;
            }
        }
    }

    private void askIfWanted() {
        if (builder instanceof BinanceBook book && book.wantsSnapshot() && !asking) {
            asking = true;
            rest.get().onComplete(this::answered);
        }
    }

    private synchronized void answered(String answer, Throwable error) {
        asking = false;
        if (error != null) {
            failure = error;
        } else if (failure == null) {
            try {
                ((BinanceBook) builder).snapshot(answer);
                askIfWanted();
            } catch (AssertionError e) {
                failure = e;
            }
        }
    }

    /** How its book differs from the true book; fails if a message was not allowed. */
    public synchronized List<String> differences(Book truth) {
        check();
        return builder.book() == null
                ? List.of("no book yet")
                : Book.differences(builder.book().top(venue.levels()), truth.top(venue.levels()));
    }

    /** How its book differs from that of another client of the venue. */
    public synchronized List<String> differences(BookClient other) {
        return other.differences(builder.book() == null ? Book.empty() : builder.book());
    }

    /** The number of the book's messages so far; fails if one was not allowed. */
    public synchronized long messages() {
        check();
        return builder.messages();
    }

    private void check() {
        if (failure != null) {
            throw new AssertionError(venue + ": " + failure.getMessage(), failure);
        }
    }
}
