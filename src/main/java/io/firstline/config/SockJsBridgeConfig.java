package io.firstline.config;

import java.util.List;

/**
 * The bridge for browsers, at {@code /eventbus} of the operator's page, with its token and its TLS. Immutable.
 *
 * @param origins whose pages may connect beside those that Firstline serves itself, such as {@code https://desk.example.com}
 * @param bridge what it lets through
 */
public record SockJsBridgeConfig(List<String> origins, BridgeConfig bridge) {
    public SockJsBridgeConfig {
        origins = List.copyOf(origins);
    }
}
