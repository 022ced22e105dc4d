package io.firstline.arbitration;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much later than the first copy each connection delivered its copy of some messages. Never changes; for any
 * thread.
 */
public final class ArrivalTable {
    /** The lag of a connection that did not deliver the message within two seconds. */
    public static final int NEVER = Integer.MAX_VALUE;

    private final int connections;
    private final int messages;
    private final int[] lagMicros;
    /** From 1; those of all columns. */
    private final List<Integer> numbers;

    /** @param lagMicros of all connections for the first message, then for the second, and so on; not copied */
    ArrivalTable(int connections, int messages, int[] lagMicros) {
        this(messages, lagMicros, IntStream.rangeClosed(1, connections).boxed().toList());
    }

    private ArrivalTable(int messages, int[] lagMicros, List<Integer> numbers) {
        this.connections = numbers.size();
        this.messages = messages;
        this.lagMicros = lagMicros;
        this.numbers = numbers;
    }

    /**
     * Creates a table from one array a message.
     *
     * @param lagMicros one lag for each connection, {@link #NEVER} = not delivered; copied
     */
    public static ArrivalTable of(int connections, int[]... lagMicros) {
        int[] all = new int[connections * lagMicros.length];
        for (int i = 0; i < lagMicros.length; i++) {
            System.arraycopy(lagMicros[i], 0, all, i * connections, connections);
        }
        return new ArrivalTable(connections, lagMicros.length, all);
    }

    /** Returns the table of these connections only: the others were not open. */
    public ArrivalTable only(List<Integer> some) {
        if (some.equals(numbers)) {
            return this;
        }
        int[] lags = new int[messages * some.size()];
        for (int message = 0; message < messages; message++) {
            for (int i = 0; i < some.size(); i++) {
                lags[message * some.size() + i] = lagMicros[message * connections + numbers.indexOf(some.get(i))];
            }
        }
        return new ArrivalTable(messages, lags, List.copyOf(some));
    }

    /** Returns the number of the connection in each column. */
    public List<Integer> numbers() {
        return numbers;
    }

    public int connections() {
        return connections;
    }

    public int messages() {
        return messages;
    }

    /** Returns the lags of the connection in one column, from 0: one for each message. */
    public int[] lagsOf(int connection) {
        int[] lags = new int[messages];
        Arrays.setAll(lags, message -> lagMicros[message * connections + connection]);
        return lags;
    }
}
