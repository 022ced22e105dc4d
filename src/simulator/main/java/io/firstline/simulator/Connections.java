package io.firstline.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The open connections and their streams. Changed on the event loop only; {@link #open} may be read by any thread. */
final class Connections {
    private final Map<String, List<ServedConnection>> audiences = new HashMap<>();
    private volatile List<ServedConnection> open = List.of();

    /** The open connections in the order in which they were accepted; an immutable list. */
    List<ServedConnection> open() {
        return open;
    }

    Optional<ServedConnection> byNumber(int number) {
        return open.stream().filter(line -> line.number() == number).findFirst();
    }

    void add(ServedConnection line) {
        List<ServedConnection> more = new ArrayList<>(open);
        more.add(line);
        open = List.copyOf(more);
        subscriptionsChanged(line);
    }

    void remove(ServedConnection line) {
        open = open.stream().filter(other -> other != line).toList();
        leaveAudiences(line);
    }

    void subscriptionsChanged(ServedConnection line) {
        leaveAudiences(line);
        for (String stream : line.streams()) {
            if (line.venue().delivers(stream)) {
                audiences.computeIfAbsent(stream, name -> new ArrayList<>()).add(line);
            }
        }
    }

    /** The connections that receive this stream; may be empty. */
    List<ServedConnection> audience(String stream) {
        return audiences.getOrDefault(stream, List.of());
    }

    /** Runs an action for every open connection. The action may close connections. */
    void forEach(Consumer<ServedConnection> action) {
        open.forEach(action);
    }

    void flush() {
        forEach(ServedConnection::flush);
    }

    private void leaveAudiences(ServedConnection line) {
        audiences.values().forEach(lines -> lines.remove(line));
        audiences.values().removeIf(List::isEmpty);
    }
}
