package io.firstline.config.service;

import java.util.List;

/**
 * The bridge for browsers, at {@code /eventbus} of the operator's page, with the page's token and TLS. Immutable.
 *
 * @param origins origins of further pages that may connect, such as {@code https://desk.example.com}
 * @param bridge permissions and limits
 */
public record SockJsBridgeConfig(List<String> origins, BridgeConfig bridge) {
    public SockJsBridgeConfig {
        origins = List.copyOf(origins);
    }
}
