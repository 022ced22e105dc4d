package io.firstline.config.venue;

import io.firstline.config.check.Checks;

/**
 * The times that tell how old a venue's messages are on arrival. Immutable; checked in the constructor.
 *
 * @param server the source of the venue's time; only together with {@code event}
 * @param event the time of the event in a message, used only for latency figures
 */
public record VenueTimes(ServerTime server, EventTime event) {
    public static final VenueTimes NONE = new VenueTimes(ServerTime.NONE, EventTime.NONE);

    public VenueTimes {
        new Checks()
                .require(
                        server.isNone() || !event.at().isEmpty(),
                        "eventTime",
                        "nothing, but a source of the server's time",
                        "\"eventTime\" together with \"serverTime\"")
                .throwIfAny("messages");
    }

    VenueTimes withServer(ServerTime other) {
        return new VenueTimes(other, event);
    }
}
