package io.firstline.service;

import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Describes versions, transport and TLS engine in one line for the log. Without its native libraries the program is
 * slower but works.
 */
final class Platform {
    private Platform() {}

    /** Loads the native TLS library if needed: may block. */
    static String describe(Vertx vertx) {
        return "Vert.x " + vertxVersion() + ", Java " + Runtime.version() + " (" + System.getProperty("java.vendor")
                + "), transport "
                + (vertx.isNativeTransportEnabled()
                        ? "epoll"
                        : "NIO" + because(vertx.unavailableNativeTransportCause()))
                + ", TLS by "
                + (OpenSsl.isAvailable()
                        ? OpenSsl.versionString()
                        : "the JDK" + because(OpenSsl.unavailabilityCause()));
    }

    private static String because(Throwable cause) {
        return cause == null ? "" : " (native library not loaded: " + cause + ")";
    }

    private static String vertxVersion() {
        try (InputStream in = Vertx.class.getClassLoader().getResourceAsStream("META-INF/vertx/vertx-version.txt")) {
            return in == null ? "?" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
