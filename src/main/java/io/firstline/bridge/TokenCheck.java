package io.firstline.bridge;

import io.firstline.config.BearerToken;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at tokens, and slows down whoever guesses: an address may try {@value #BURST} different wrong ones at once, then one a second;
 * what it brings in excess of that is not looked at. Other addresses notice nothing. A wrong token that comes again tells nobody anything
 * new and is not counted, so a program with an old token keeps nobody out. Belongs to one event loop.
 */
public final class TokenCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TokenCheck.class);
    static final int BURST = 10;
    static final int MOST_ADDRESSES = 1_024;
    private static final int REMEMBERED = 4;
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int IPV6_BYTES = 16;
    private static final int IPV6_NETWORK_BYTES = 8;

    /** What somebody brings. */
    public enum Result {
        /** No token. */
        NONE,
        RIGHT,
        WRONG,
        /** Too many wrong ones came from this address: it was not looked at. */
        TOO_MANY
    }

    private final String place;
    private final BearerToken token;
    /** Who guessed last stands last; the one that has not guessed for the longest time is forgotten. */
    private final Map<String, Guesser> guessers = new LinkedHashMap<>(16, 0.75f, true);

    private long wrong;
    private String lastAddress = "";
    private long loggedNanos;
    private boolean hasLogged;

    /**
     * Has seen nothing yet.
     *
     * @param place what the log calls it
     */
    public TokenCheck(String place, BearerToken token) {
        this.place = place;
        this.token = token;
    }

    /**
     * Looks at what somebody brings.
     *
     * @param authorization as in the HTTP header of that name; null = nothing
     * @param address the IP address from which it comes
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
        guesser.guessed(hash(authorization), nowNanos);
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

    /** Logs the wrong tokens that are not logged yet, at most once a second; to be called now and then. */
    public void report(long nowNanos) {
        if (wrong > 0 && (!hasLogged || nowNanos - loggedNanos >= INTERVAL_NANOS)) {
            LOG.warn("{} refused {} with a wrong token, the last from {}", place, wrong, lastAddress);
            wrong = 0;
            hasLogged = true;
            loggedNanos = nowNanos;
        }
    }

    /** Who has one address of an IPv6 network has all of them. */
    static String network(String address) {
        if (!NetUtil.isValidIpV6Address(address)) {
            return address; // a proxy may pass on anything, and a name would be looked up here
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

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The wrong tokens of one address: each moves the moment at which all are forgotten by a second. */
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
