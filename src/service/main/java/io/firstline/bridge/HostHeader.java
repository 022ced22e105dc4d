package io.firstline.bridge;

import io.firstline.config.service.HttpConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** The HTTP header Host: the name and port under which a client knows a server. Pure functions. */
public final class HostHeader {
    private HostHeader() {}

    /** The name without the port, in lower case; null = the header is not valid. */
    public static String name(String host) {
        try {
            String name = new URI("http://" + host).getHost();
            return name == null ? null : name.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** Whether it names this machine by a loopback name. */
    public static boolean isLoopback(String host) {
        String name = name(host);
        return name != null && HttpConfig.isLoopback(name);
    }

    /** Whether an origin is that of the pages of this host. */
    public static boolean isOwnOrigin(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }
}
