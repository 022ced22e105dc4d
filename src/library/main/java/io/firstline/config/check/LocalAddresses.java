package io.firstline.config.check;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The addresses of this machine. Asks the system, so not for an event loop. */
public final class LocalAddresses {
    private LocalAddresses() {}

    /** Whether a text is an address, not a name. */
    public static boolean isAddress(String text) {
        return NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text);
    }

    /**
     * The local addresses that a text means: itself, or those of the network interface of this name. An interface's
     * link-local addresses count only if it has no other.
     *
     * @return empty if this machine has no such address or interface
     */
    public static List<InetAddress> of(String text) {
        try {
            if (isAddress(text)) {
                InetAddress address = InetAddress.getByName(text);
                return isHere(address) ? List.of(address) : List.of();
            }
            NetworkInterface named = NetworkInterface.getByName(text);
            return named == null ? List.of() : addresses(named);
        } catch (SocketException | UnknownHostException unreadable) {
            return List.of();
        }
    }

    private static List<InetAddress> addresses(NetworkInterface named) {
        List<InetAddress> all = named.inetAddresses().toList();
        List<InetAddress> wide =
                all.stream().filter(address -> !address.isLinkLocalAddress()).toList();
        return wide.isEmpty() ? all : wide;
    }

    /** Without the scope, which only a link-local address needs. */
    private static String text(InetAddress address) {
        return address.isLinkLocalAddress() ? address.getHostAddress() : NetUtil.toAddressString(address);
    }

    /** Binds to it: an interface does not list all of 127.0.0.0/8. */
    private static boolean isHere(InetAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException notHere) {
            return false;
        }
    }

    /** The interfaces of this machine and their addresses, for people. */
    public static String known() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                    .filter(each -> each.inetAddresses().findAny().isPresent())
                    .map(each -> each.getName() + " ("
                            + addresses(each).stream()
                                    .map(LocalAddresses::text)
                                    .sorted(Comparator.comparingInt(String::length))
                                    .collect(Collectors.joining(", "))
                            + ")")
                    .sorted()
                    .collect(Collectors.joining(", "));
        } catch (SocketException unreadable) {
            return "an address of this machine";
        }
    }
}
