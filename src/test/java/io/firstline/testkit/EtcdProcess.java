package io.firstline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One member of a real etcd, in a separate process, on 127.0.0.1. Called on the test's thread. */
public final class EtcdProcess implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/etcd");
    private static final int TIMEOUT_MS = 1_000;

    private final List<String> command;
    private final int port;
    /** Answers requests about its health without TLS. */
    private final String plainUrl;

    private Process process;

    private EtcdProcess(List<String> command, int port, String plainUrl) {
        this.command = command;
        this.port = port;
        this.plainUrl = plainUrl;
    }

    /**
     * One member that serves only clients with a certificate.
     *
     * @param directory for its data
     * @param certificate of the server
     * @param authority the PEM file with the authority of the clients' certificates
     */
    public static EtcdProcess startWithTls(Path directory, Tls certificate, String authority) {
        int port = ScriptedServer.refusingPort();
        String plainUrl = "http://127.0.0.1:" + ScriptedServer.refusingPort();
        String peer = "http://127.0.0.1:" + ScriptedServer.refusingPort();
        List<String> command =
                new ArrayList<>(command("m0", directory.resolve("m0"), "https://127.0.0.1:" + port, peer));
        command.addAll(List.of(
                "--initial-cluster",
                "m0=" + peer,
                "--listen-metrics-urls",
                plainUrl,
                "--client-cert-auth",
                "--trusted-ca-file",
                authority,
                "--cert-file",
                certificate.shown(),
                "--key-file",
                certificate.key()));
        EtcdProcess member = new EtcdProcess(command, port, plainUrl);
        member.launch();
        member.awaitHealth();
        return member;
    }

    private static List<String> command(String name, Path data, String client, String peer) {
        return List.of(
                PROGRAM.toString(),
                "--name",
                name,
                "--data-dir",
                data.toString(),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--unsafe-no-fsync",
                "--log-level",
                "error");
    }

    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Says how to install it. */
    public static String missing() {
        return "etcd is not installed: apt-get install etcd-server";
    }

    /**
     * A running cluster of etcd that has elected a leader.
     *
     * @param directory for its data
     */
    public static List<EtcdProcess> start(int members, Path directory) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 2 * members; i++) {
            ports.add(ScriptedServer.refusingPort());
        }
        String all = String.join(
                ",",
                IntStream.range(0, members)
                        .mapToObj(i -> "m" + i + "=http://127.0.0.1:" + ports.get(members + i))
                        .toList());
        List<EtcdProcess> processes = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            String client = "http://127.0.0.1:" + ports.get(i);
            String peer = "http://127.0.0.1:" + ports.get(members + i);
            List<String> command =
                    new ArrayList<>(command("m" + i, directory.resolve("m" + i + "-" + ports.get(i)), client, peer));
            command.addAll(List.of("--initial-cluster", all));
            EtcdProcess member = new EtcdProcess(command, ports.get(i), client);
            member.launch();
            processes.add(member);
        }
        processes.forEach(EtcdProcess::awaitHealth);
        return processes;
    }

    private void launch() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again after {@link #kill}, with its data. */
    public void restart() {
        launch();
        awaitHealth();
    }

    private void awaitHealth() {
        Await.until(() -> "etcd at " + port + " is healthy, alive: " + process.isAlive(), this::isHealthy);
    }

    /** Returns whether it answers and knows a leader. */
    public boolean isHealthy() {
        return ask("GET", "/health", "").contains("\"true\"");
    }

    /** Returns whether it is the leader. */
    public boolean isLeader() {
        String status = ask("POST", "/v3/maintenance/status", "{}");
        String id = status.replaceAll("(?s).*\"member_id\":\"([0-9]+)\".*", "$1");
        return status.contains("\"leader\":\"" + id + "\"");
    }

    private String ask(String method, String path, String body) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(plainUrl + path).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setRequestMethod(method);
            if (!body.isEmpty()) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            }
            return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException notYet) {
            return "";
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Stops it without ending it: SIGSTOP. */
    public void pause() {
        signal("STOP");
    }

    /** Lets it continue: SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (!kill.waitFor(TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("kill hangs");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Kills it, also if it is paused. */
    public void kill() {
        process.destroyForcibly();
        Await.until("the end of etcd", () -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
