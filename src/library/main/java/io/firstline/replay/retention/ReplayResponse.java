package io.firstline.replay.retention;

import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.bus.publish.Volume;
import io.firstline.stream.FeedMessage;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An answer to a request for messages. On the bus it is a {@code Buffer} of messages, each in the form of
 * {@link FeedMessageCodec} after its length; the other values are headers of the same names.
 *
 * @param epochs which owner assigned which numbers: {@link EpochHistory#toString()}
 * @param incarnation the run of the feed; another run counts from 1 again
 * @param first the oldest number that is kept; 0 = none
 * @param last the last published number
 * @param to the answer covers numbers up to this one: requested numbers that are not in it are not kept
 * @param missing how many requested numbers are not kept
 * @param more whether more was requested than fits, beyond {@code to}
 * @param leftOut numbers among the missing that their owner left out, and the identities of the messages that it dropped and
 *     that perhaps nobody had published: a consumer may have them under older numbers
 */
public record ReplayResponse(
        EpochHistory epochs,
        long incarnation,
        long first,
        long last,
        long to,
        long missing,
        boolean more,
        List<FeedMessage> messages,
        Map<Long, Long> leftOut) {
    /** The limit of an answer, unless it has a single message. */
    public static final Volume BOUND = new Volume(1_024, 1 << 20);

    /** The most numbers in {@code leftOut}. */
    static final int MOST_LEFT_OUT = 1_024;

    private static final String LEFT_OUT = "leftOut";
    private static final FeedMessageCodec CODEC = new FeedMessageCodec();

    public ReplayResponse {
        messages = List.copyOf(messages);
        leftOut = Collections.unmodifiableSortedMap(new TreeMap<>(leftOut));
    }

    /** An answer in whose range no number was left out. */
    public ReplayResponse(
            EpochHistory epochs,
            long incarnation,
            long first,
            long last,
            long to,
            long missing,
            boolean more,
            List<FeedMessage> messages) {
        this(epochs, incarnation, first, last, to, missing, more, messages, Map.of());
    }

    public Buffer body() {
        Buffer body = Buffer.buffer();
        for (FeedMessage message : messages) {
            int start = body.length();
            body.appendInt(0);
            CODEC.encodeToWire(body, message);
            body.setInt(start, body.length() - start - Integer.BYTES);
        }
        return body;
    }

    public DeliveryOptions headers() {
        DeliveryOptions options = new DeliveryOptions()
                .addHeader("epochs", epochs.toString())
                .addHeader("life", Long.toString(incarnation))
                .addHeader("first", Long.toString(first))
                .addHeader("last", Long.toString(last))
                .addHeader("to", Long.toString(to))
                .addHeader("missing", Long.toString(missing))
                .addHeader("more", Boolean.toString(more));
        return leftOut.isEmpty() ? options : options.addHeader(LEFT_OUT, format(leftOut));
    }

    private static String format(Map<Long, Long> leftOut) {
        return leftOut.entrySet().stream()
                .map(number -> number.getKey() + ":" + number.getValue())
                .collect(Collectors.joining(","));
    }

    private static Map<Long, Long> parse(String leftOut) {
        String[] numbers = leftOut.split(",", -1);
        Map<Long, Long> identities = new TreeMap<>();
        for (String number : numbers) {
            int colon = number.indexOf(':');
            if (colon < 0 || numbers.length > MOST_LEFT_OUT) {
                throw new IllegalArgumentException("found " + numbers.length + " numbers that were left out, \""
                        + number + "\"; allowed: at most " + MOST_LEFT_OUT + ", NUMBER:IDENTITY");
            }
            identities.put(Long.valueOf(number.substring(0, colon)), Long.valueOf(number.substring(colon + 1)));
        }
        return identities;
    }

    /** Reads an answer; throws {@link IllegalArgumentException} if it is invalid. */
    public static ReplayResponse of(Message<?> reply) {
        Buffer body = RejectionLog.body(reply, Buffer.class);
        MultiMap headers = reply.headers();
        return new ReplayResponse(
                EpochHistory.parse(header(headers, "epochs")),
                number(headers, "life"),
                number(headers, "first"),
                number(headers, "last"),
                number(headers, "to"),
                number(headers, "missing"),
                Boolean.parseBoolean(headers.get("more")),
                messages(body),
                headers.contains(LEFT_OUT) ? parse(headers.get(LEFT_OUT)) : Map.of());
    }

    /** Reads the body of an answer; throws {@link IllegalArgumentException} if it is invalid. */
    public static List<FeedMessage> messages(Buffer body) {
        List<FeedMessage> messages = new ArrayList<>();
        int at = 0;
        while (at < body.length()) {
            int rest = body.length() - at - Integer.BYTES;
            int length = rest > 0 ? body.getInt(at) : -1;
            if (length <= 0 || length > rest) {
                throw new IllegalArgumentException("found a message of " + length + " bytes, allowed: 1 to " + rest);
            }
            messages.add(CODEC.decodeFromWire(at + Integer.BYTES, body));
            at += Integer.BYTES + length;
        }
        return messages;
    }

    private static String header(MultiMap headers, String name) {
        String value = headers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("found no header " + name);
        }
        return value;
    }

    private static long number(MultiMap headers, String name) {
        return Long.parseLong(header(headers, name)); // throws a subclass of IllegalArgumentException
    }
}
