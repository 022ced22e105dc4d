package io.firstline.simulator;

/** The form of a market message: field set and time unit. */
enum DataForm {
    SPOT_MILLIS,
    SPOT_MICROS,
    FUTURES_MILLIS,
    FUTURES_MICROS,
    OKX,
    BYBIT,
    KRAKEN;

    static DataForm of(boolean futures, boolean micros) {
        if (futures) {
            return micros ? FUTURES_MICROS : FUTURES_MILLIS;
        }
        return micros ? SPOT_MICROS : SPOT_MILLIS;
    }

    boolean isFutures() {
        return this == FUTURES_MILLIS || this == FUTURES_MICROS;
    }

    /** Converts a time into the form's unit. */
    long time(long epochMicros) {
        return this == SPOT_MICROS || this == FUTURES_MICROS ? epochMicros : epochMicros / 1_000;
    }
}
