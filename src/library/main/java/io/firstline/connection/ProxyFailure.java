package io.firstline.connection;

import io.firstline.config.Proxy;
import io.firstline.payload.Printable;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.ProxyConnectException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says in words why a proxy did not connect. Pure functions. */
final class ProxyFailure {
    /** Netty's words for an answer, after the protocol and both addresses. */
    private static final Pattern STATUS = Pattern.compile(", (?:status|authStatus|authMethod): (.*)");

    private static final Pattern HTTP = Pattern.compile("(\\d{3})(?: .*)?");
    private static final int UNAUTHORIZED = 401;
    private static final int AUTHENTICATION_REQUIRED = 407;
    private static final int MAX_SHOWN = 200;

    private ProxyFailure() {}

    /** The failure of an attempt through this proxy; one behind the proxy, such as TLS with the server, stays. */
    static Throwable of(Proxy proxy, String target, Throwable failure) {
        if (failure instanceof SSLException) {
            return failure;
        }
        String who = "the proxy " + proxy.address() + " ";
        if (failure instanceof ProxyConnectException answered) {
            return answered(proxy, who, target, answered);
        }
        String why = failure instanceof UnknownHostException
                ? "cannot be found: its name does not resolve"
                : failure instanceof ConnectTimeoutException
                        ? "cannot be reached in time"
                        : "cannot be reached: " + failure.getMessage();
        return new ProxyFailedException(who + why, 0, failure);
    }

    private static ProxyFailedException answered(
            Proxy proxy, String who, String target, ProxyConnectException failure) {
        String words = String.valueOf(failure.getMessage());
        Matcher found = STATUS.matcher(words);
        if (!found.find()) {
            return new ProxyFailedException(
                    who + (words.endsWith("timeout") ? "did not answer in time" : "closed the connection to " + target),
                    0,
                    failure);
        }
        String status = Printable.of(found.group(1), MAX_SHOWN);
        Matcher http = HTTP.matcher(status);
        if (proxy.kind() == Proxy.Kind.HTTP && http.matches()) {
            int code = Integer.parseInt(http.group(1));
            boolean login = code == AUTHENTICATION_REQUIRED || code == UNAUTHORIZED; // as tinyproxy answers
            String advice = !login
                    ? ""
                    : proxy.hasLogin() ? "; check its user and password" : "; it wants a user and a password";
            return new ProxyFailedException(
                    who + "refused to connect to " + target + ": HTTP " + status + advice, code, failure);
        }
        String login =
                found.group().startsWith(", auth") ? "refused the login: " : "refused to connect to " + target + ": ";
        return new ProxyFailedException(who + login + status, 0, failure);
    }
}
