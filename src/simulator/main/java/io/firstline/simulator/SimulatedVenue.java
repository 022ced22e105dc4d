package io.firstline.simulator;

/**
 * The entrances of the exchange. Each delivers some streams. As at the venue, a subscription of another stream is
 * acknowledged, but delivers nothing.
 */
enum SimulatedVenue {
    /** Spot: {@code /ws}, {@code /stream}. */
    SPOT(5, false),
    /** USD-M futures, order book and trades: {@code /public/…}. */
    PUBLIC(10, true),
    /** USD-M futures, everything else: {@code /market/…}. */
    MARKET(10, true),
    /** OKX: {@code /ws/v5/…}. */
    OKX(0, false),
    /** Bybit: {@code /v5/public/…}. */
    BYBIT(0, false),
    /** Kraken's second protocol: {@code /v2}. */
    KRAKEN(0, false),
    /** Any path, in replays. */
    REPLAY(0, false);

    private final int clientFramesPerSecond;
    private final boolean futures;

    SimulatedVenue(int clientFramesPerSecond, boolean futures) {
        this.clientFramesPerSecond = clientFramesPerSecond;
        this.futures = futures;
    }

    /** The venue's limit; 0 = none. */
    int clientFramesPerSecond() {
        return clientFramesPerSecond;
    }

    boolean isFutures() {
        return futures;
    }

    /** The form of its messages. */
    DataForm form(boolean micros) {
        return switch (this) {
            case OKX -> DataForm.OKX;
            case BYBIT -> DataForm.BYBIT;
            case KRAKEN -> DataForm.KRAKEN;
            default -> DataForm.of(futures, micros);
        };
    }

    /** Whether a subscription of an order book begins with a snapshot. */
    boolean sendsSnapshots() {
        return this == OKX || this == BYBIT || this == KRAKEN;
    }

    /** A new session of a client. */
    VenueSession session(boolean combined, int maxStreams) {
        return switch (this) {
            case OKX, BYBIT -> new ChannelSession(this, maxStreams);
            case KRAKEN -> new KrakenSession(maxStreams);
            default -> new StreamSession(combined, maxStreams);
        };
    }

    /** Whether subscribers at this entrance get this stream. */
    boolean delivers(String stream) {
        return switch (this) {
            case SPOT, OKX, BYBIT, KRAKEN -> true;
            case PUBLIC -> isPublic(stream);
            case MARKET -> !isPublic(stream);
            case REPLAY -> false;
        };
    }

    private static boolean isPublic(String stream) {
        String kind = stream.substring(stream.indexOf('@') + 1);
        return kind.equals("bookTicker")
                || kind.equals("!bookTicker")
                || kind.equals("trade")
                || kind.startsWith("depth");
    }
}
