package io.firstline.config;

import io.netty.util.NetUtil;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entry of {@code NO_PROXY}: hosts that are connected to without a proxy. A network includes addresses only, because a
 * host's name is resolved after the path is chosen.
 *
 * @param name the name, with its subdomains, in small letters; {@code *} = every host; empty = there is a network instead
 * @param network the bytes of an address; null = there is a name instead
 * @param bits the number of bits that an address must have in common with it
 * @param port the only port; -1 = any
 */
@SuppressWarnings("ArrayRecordComponent") // it is never compared
record DirectHosts(String name, byte[] network, int bits, int port) {
    private static final Pattern PORT = Pattern.compile("([^:]*|\\[.*):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    /** Reads an entry; null = it is none. */
    static DirectHosts parse(String entry) {
        String text = entry.strip().toLowerCase(Locale.ROOT);
        Matcher withPort = PORT.matcher(text);
        int port = withPort.matches() ? Integer.parseInt(withPort.group(2)) : -1;
        String hosts = bare(withPort.matches() ? withPort.group(1) : text);
        if (port == 0 || port > HIGHEST_PORT) {
            return null;
        }
        int slash = hosts.indexOf('/');
        byte[] address = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? hosts : hosts.substring(0, slash));
        if (address != null) {
            int all = 8 * address.length;
            int bits = slash < 0 ? all : bits(hosts.substring(slash + 1));
            return bits >= 0 && bits <= all ? new DirectHosts("", address, bits, port) : null;
        }
        String name = hosts.replaceFirst("^\\*?\\.", "");
        return name.isEmpty() || name.matches(".*[/\\s:].*") ? null : new DirectHosts(name, null, 0, port);
    }

    private static int bits(String digits) {
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    private static String bare(String host) {
        return host.replaceAll("[\\[\\]]", "");
    }

    /** Returns whether the host of a URL is one of them. */
    boolean include(URI url) {
        String host = bare(url.getHost().toLowerCase(Locale.ROOT)).replaceFirst("\\.$", "");
        return (port < 0 || port == portOf(url))
                && (network == null
                        ? name.equals("*") || host.equals(name) || host.endsWith("." + name)
                        : isInNetwork(NetUtil.createByteArrayFromIpAddressString(host)));
    }

    private boolean isInNetwork(byte[] address) {
        if (address == null || address.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            if (((address[bit / 8] ^ network[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int portOf(URI url) {
        boolean isTls = url.getScheme().toLowerCase(Locale.ROOT).matches("wss|https");
        return url.getPort() > 0 ? url.getPort() : isTls ? 443 : 80;
    }
}
