package io.firstline.bench;

import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.Venue;
import java.util.List;

/** The messages that the server sends, and the profile with which a pool reads them. */
enum MessageForm {
    /** Without a profile: a message is its bytes. */
    BYTES(""),
    BINANCE("Binance profile"),
    OKX("OKX profile"),
    /** As {@link #BINANCE}, compressed. */
    GZIP("profile with gzip");

    private final String label;

    MessageForm(String label) {
        this.label = label;
    }

    /** The name in a table; empty = no profile. */
    String label() {
        return label;
    }

    /** Reads a published message. */
    Quote quote() {
        return this == OKX ? Quote.BEST_PRICES : Quote.TICKER;
    }

    /** Writes frames; not thread-safe. */
    Frames frames() {
        return this == GZIP ? new GzipQuote(quote()) : quote();
    }

    MessageFormat format() {
        return switch (this) {
            case BYTES -> MessageFormat.NONE;
            case BINANCE -> venue("binance-usdm");
            case OKX -> venue("okx");
            case GZIP -> compressed(venue("binance-usdm"));
        };
    }

    /** Nothing of the venue but its messages. */
    private static MessageFormat venue(String name) {
        return Venue.find(name, null).recorded().format();
    }

    private static MessageFormat compressed(MessageFormat plain) {
        return new MessageFormat(
                plain.naming(),
                plain.classes(),
                new MessageContent(PayloadEncoding.GZIP, List.of(), List.of()),
                plain.control(),
                plain.acks(),
                plain.notices(),
                plain.times(),
                plain.protocol());
    }
}
