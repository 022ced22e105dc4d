package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.secret.Hidden;
import io.firstline.payload.Printable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Describes a server's refusal: status, reason phrase, the wanted sub-protocol, the first {@value #MAX_SHOWN}
 * characters of its body. Control characters are escaped, and our own secrets are masked if the server repeats them.
 * Pure.
 */
final class Refusal {
    private static final int MAX_SHOWN = 200;
    /** Shorter values are not secrets; masking them would make a text unreadable. */
    private static final int LEAST_SECRET = 8;

    private Refusal() {}

    static RefusedException of(HttpResponse answer, Buffer body, WsConnectionConfig config) {
        int status = answer.status().code();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        answer.headers().forEach(header -> headers.add(header.getKey(), header.getValue()));
        String location = answer.headers().get(HttpHeaderNames.LOCATION);
        StringBuilder words = new StringBuilder("HTTP ").append(status);
        String phrase = shown(answer.status().reasonPhrase(), config);
        if (!phrase.isBlank()) {
            words.append(' ').append(phrase);
        }
        if (status / 100 == 3 && location != null) {
            words.append(", to ").append(shown(location, config));
        }
        String protocol = answer.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (protocol != null) {
            words.append(", ").append(subProtocol(shown(protocol, config), config));
        }
        String text = shown(body.toString(StandardCharsets.UTF_8), config);
        if (!text.isBlank()) {
            words.append(": ").append(text);
        }
        return new RefusedException(words.toString(), status, headers, body, location);
    }

    static String subProtocol(String wanted, WsConnectionConfig config) {
        return "the server wants the sub-protocol " + Printable.of(masked(wanted, config), MAX_SHOWN)
                + ", subProtocols is " + masked(config.subProtocols().toString(), config);
    }

    /** Makes a server's text safe for a log line. */
    private static String shown(String text, WsConnectionConfig config) {
        return Printable.of(FeedUrl.masked(masked(text.strip(), config)), MAX_SHOWN);
    }

    private static String masked(String text, WsConnectionConfig config) {
        String shown = config.credentials().hidden().masked(text);
        for (String secret : secrets(config).toList()) {
            shown = shown.replace(secret, Hidden.MASK);
        }
        return shown;
    }

    private static Stream<String> secrets(WsConnectionConfig config) {
        return config.headers().entrySet().stream()
                .filter(header -> !header.getKey().equalsIgnoreCase("user-agent"))
                .flatMap(header -> Stream.of(header.getValue(), lastWord(header.getValue())))
                .filter(value -> value.length() >= LEAST_SECRET);
    }

    /** The part after a scheme such as {@code Bearer}. */
    private static String lastWord(String value) {
        return value.substring(value.lastIndexOf(' ') + 1);
    }
}
