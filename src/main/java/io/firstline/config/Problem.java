package io.firstline.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param pointer where, as a JSON pointer ({@code /feeds/btc/connections}); for a record built in code, the field ({@code /url})
 * @param found what stands there
 * @param allowed what may stand there
 */
public record Problem(String pointer, String found, String allowed) {

    /** The same problem seen from further up: {@code /url} under {@code /feeds/btc} is {@code /feeds/btc/url}. */
    public Problem under(String parent) {
        return new Problem(parent + pointer, found, allowed);
    }

    @Override
    public String toString() {
        return (pointer.isEmpty() ? "/" : pointer) + ": found " + found + ", allowed: " + allowed;
    }
}
