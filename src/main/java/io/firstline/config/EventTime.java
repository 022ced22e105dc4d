package io.firstline.config;

import java.util.List;

/**
 * When messages say that what they tell has happened.
 *
 * @param at JSON pointers to the time, a number or a string of digits; the first that is there counts; empty = messages do not say
 * @param unit in what it is counted
 */
public record EventTime(List<String> at, StampUnit unit) {
    /** Messages do not say. */
    public static final EventTime NONE = new EventTime(List.of(), StampUnit.MS);

    public EventTime {
        at = at == null ? List.of() : List.copyOf(at);
        unit = unit == null ? StampUnit.MS : unit;
        Checks checks = new Checks();
        Dialect.checkPointers(checks, "at", at);
        checks.throwIfAny("event time");
    }
}
