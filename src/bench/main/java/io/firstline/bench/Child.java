package io.firstline.bench;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main class of a child process: one request per line on standard input, one answer per line on standard output.
 * Ends when its input ends.
 */
public final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);

    private Child() {}

    /** Starts a child: {@code server DIRECTORY}, {@code client} or {@code minimal URL}. */
    public static void main(String[] args) {
        int code = 1;
        try {
            run(args);
            code = 0;
        } catch (IOException | RuntimeException e) {
            LOG.error("{} ended", args[0], e);
        } finally {
            Runtime.getRuntime().halt(code); // an orderly end of the event loops takes seconds under load
        }
    }

    private static void run(String... args) throws IOException {
        if (args[0].equals("minimal")) {
            MinimalProgram.run(Vertx.vertx(), args[1], System.out);
            return;
        }
        try (Participant peer =
                args[0].equals("server") ? FeedServer.start(Certificate.in(args[1])) : new FeedClient()) {
            serve(peer, System.in, System.out);
        }
    }

    static void serve(Participant peer, InputStream in, OutputStream out) throws IOException {
        BufferedReader requests = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            out.write((answer(peer, new JsonObject(line)).encode() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private static JsonObject answer(Participant peer, JsonObject request) {
        try {
            return peer.ask(request);
        } catch (RuntimeException e) {
            return new JsonObject().put(ChildProcess.ERROR, request.getString("do") + ": " + e);
        }
    }
}
