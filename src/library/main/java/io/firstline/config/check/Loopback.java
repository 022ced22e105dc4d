package io.firstline.config.check;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.Predicate;

/** The loopback address, for servers that only this machine may reach. */
public final class Loopback {
    private static final String V4 = "127.0.0.1";
    private static final String V6 = "::1";

    /** 127.0.0.1, or ::1 on a machine with IPv6 only. */
    public static final String ADDRESS = choose(Loopback::isThere);

    private Loopback() {}

    static String choose(Predicate<String> isThere) {
        return !isThere.test(V4) && isThere.test(V6) ? V6 : V4;
    }

    private static boolean isThere(String address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
