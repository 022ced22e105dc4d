package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.List;

/**
 * The place of the event time in messages.
 *
 * @param at JSON pointers to the time; the first present one counts; empty = messages
 *     have none
 * @param unit its unit
 */
public record EventTime(List<String> at, StampUnit unit) {
    /** Messages without an event time. */
    public static final EventTime NONE = new EventTime(List.of(), StampUnit.MS);

    public EventTime {
        at = at == null ? List.of() : List.copyOf(at);
        unit = unit == null ? StampUnit.MS : unit;
        Checks checks = new Checks();
        Pointers.check(checks, "at", at);
        checks.throwIfAny("event time");
    }
}
