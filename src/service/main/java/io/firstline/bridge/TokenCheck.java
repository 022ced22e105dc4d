package io.firstline.bridge;

import io.firstline.config.check.Sha256;
import io.firstline.config.service.BearerToken;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks tokens and slows down guessing. An address may try {@value #BURST} different wrong tokens at once, then one a
 * second; further tokens from it are rejected unchecked. Other addresses are not affected. A repeated wrong token
 * reveals nothing new and is not counted, so a program with an old token locks nobody out. Runs on one event loop.
 */
public final class TokenCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TokenCheck.class);
    static final int BURST = 10;
    static final int MOST_ADDRESSES = 1_024;
    private static final int REMEMBERED = 4;
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int IPV6_BYTES = 16;
    private static final int IPV6_NETWORK_BYTES = 8;

    /** The result of a check. */
    public enum Result {
        /** No token. */
        NONE,
        RIGHT,
        WRONG,
        /** Rejected unchecked, after too many wrong tokens from this address. */
        TOO_MANY
    }

    private final String place;
    private final BearerToken token;
    /** Ordered by the last guess; the address with the oldest one is removed first. */
    private final Map<String, Guesser> guessers = new LinkedHashMap<>(16, 0.75f, true);

    private long wrong;
    private String lastAddress = "";
    private long loggedNanos;
    private boolean hasLogged;

    /**
     * Makes a check without any guesses yet.
     *
     * @param place its name in the log
     */
    public TokenCheck(String place, BearerToken token) {
        this.place = place;
        this.token = token;
    }

    /**
     * Checks the token of a client.
     *
     * @param authorization the HTTP header of that name; null = none
     * @param address the client's IP address
     */
    public Result check(String authorization, String address, long nowNanos) {
        if (authorization == null) {
            return Result.NONE;
        }
        String network = network(address);
        Guesser guesser = guessers.get(network);
        if (guesser != null && guesser.isOver(nowNanos)) {
            noteWrong(address, nowNanos);
            return Result.TOO_MANY;
        }
        if (token.isIn(authorization)) {
            return Result.RIGHT;
        }
        noteWrong(address, nowNanos);
        if (guesser == null) {
            guesser = new Guesser(nowNanos);
            guessers.put(network, guesser);
            if (guessers.size() > MOST_ADDRESSES) {
                guessers.remove(guessers.keySet().iterator().next());
            }
        }
        guesser.guessed(Sha256.of(authorization), nowNanos);
        return Result.WRONG;
    }

    int addresses() {
        return guessers.size();
    }

    private void noteWrong(String address, long nowNanos) {
        wrong++;
        lastAddress = address;
        report(nowNanos);
    }

    /** Logs the wrong tokens since the last report, at most once a second. Call it regularly. */
    public void report(long nowNanos) {
        if (wrong > 0 && (!hasLogged || nowNanos - loggedNanos >= INTERVAL_NANOS)) {
            LOG.warn("{} rejected wrong tokens: {}, the last from {}", place, wrong, lastAddress);
            wrong = 0;
            hasLogged = true;
            loggedNanos = nowNanos;
        }
    }

    /** One client usually has all addresses of an IPv6 network, so the network counts. */
    static String network(String address) {
        if (!NetUtil.isValidIpV6Address(address)) {
            return address; // a proxy may pass on any text, and a name must not be looked up here
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == IPV6_BYTES
                    ? Arrays.toString(Arrays.copyOf(bytes, IPV6_NETWORK_BYTES))
                    : InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            return address;
        }
    }

    /** The wrong tokens of one address. Each delays the time at which all are forgotten by a second. */
    private static final class Guesser {
        private final Deque<byte[]> last = new ArrayDeque<>();
        private long forgottenNanos;

        Guesser(long nowNanos) {
            this.forgottenNanos = nowNanos;
        }

        boolean isOver(long nowNanos) {
            return forgottenNanos - nowNanos > (BURST - 1) * INTERVAL_NANOS;
        }

        void guessed(byte[] hash, long nowNanos) {
            if (last.stream().anyMatch(known -> MessageDigest.isEqual(known, hash))) {
                return;
            }
            last.addLast(hash);
            if (last.size() > REMEMBERED) {
                last.removeFirst();
            }
            forgottenNanos = (forgottenNanos - nowNanos > 0 ? forgottenNanos : nowNanos) + INTERVAL_NANOS;
        }
    }
}
