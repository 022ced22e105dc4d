package io.firstline.simulator;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One message of a stream, encoded at most once in each form: all connections of that form get the same frame. Used on
 * one thread, for one round of sending.
 */
final class EncodedMessage {
    private static final byte[] COMBINED_END = {'}'};

    private final String stream;
    private final Function<DataForm, byte[]> writer;
    private final BiConsumer<String, byte[]> onWritten;
    private final Map<DataForm, byte[]> payloads = new EnumMap<>(DataForm.class);
    private final Map<DataForm, WireFrame> raw = new EnumMap<>(DataForm.class);
    private final Map<DataForm, WireFrame> combined = new EnumMap<>(DataForm.class);

    /**
     * Makes a message that {@code writer} can encode in any form. {@code onWritten} gets each used form, not wrapped.
     */
    EncodedMessage(String stream, Function<DataForm, byte[]> writer, BiConsumer<String, byte[]> onWritten) {
        this.stream = stream;
        this.writer = writer;
        this.onWritten = onWritten;
    }

    WireFrame frame(DataForm form, boolean wrapped) {
        return wrapped
                ? combined.computeIfAbsent(form, f -> combine(stream, payload(f)))
                : raw.computeIfAbsent(form, f -> WireFrame.text(payload(f)));
    }

    /** {@code {"stream":"…","data":…}}. */
    static WireFrame combine(String stream, byte[] payload) {
        return WireFrame.text(
                ("{\"stream\":\"" + stream + "\",\"data\":").getBytes(StandardCharsets.UTF_8), payload, COMBINED_END);
    }

    private byte[] payload(DataForm form) {
        byte[] known = payloads.get(form);
        if (known != null) {
            return known;
        }
        byte[] written = writer.apply(form);
        payloads.put(form, written);
        onWritten.accept(stream, written);
        return written;
    }
}
