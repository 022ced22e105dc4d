package io.firstline.config.problem;

/**
 * One error of a configuration.
 *
 * @param pointer its place, as a JSON pointer ({@code /feeds/btc/connections}); for a record built in code, the field
 *     ({@code /url})
 * @param found the wrong value
 * @param allowed the allowed values
 */
public record Problem(String pointer, String found, String allowed) {

    /** The same problem with a longer pointer: {@code /url} under {@code /feeds/btc} is {@code /feeds/btc/url}. */
    public Problem under(String parent) {
        return new Problem(parent + pointer, found, allowed);
    }

    @Override
    public String toString() {
        return (pointer.isEmpty() ? "/" : pointer) + ": found " + found + ", allowed: " + allowed;
    }
}
