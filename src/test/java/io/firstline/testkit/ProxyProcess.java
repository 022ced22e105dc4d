package io.firstline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A proxy of a Linux distribution, in a separate process, on 127.0.0.1. Called on the test's thread. */
public final class ProxyProcess implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    /** The password "hush" as /etc/shadow has it. */
    private static final String HUSH =
            "$6$firstline$LPJXtICDwyj6CsA2DAFZl0auO905S1sgJSo4sYoKwjW1JEHJuB6Ntwr9PQOC3OQ4XvS3AFyazfR1zsb/V09qU1";

    /** The programs, with the names of their packages. */
    public enum Program {
        TINYPROXY("/usr/bin/tinyproxy", "tinyproxy"),
        DANTE("/usr/sbin/danted", "dante-server"),
        MICROSOCKS("/usr/bin/microsocks", "microsocks");

        private final Path path;
        private final String packageName;

        Program(String path, String packageName) {
            this.path = Path.of(path);
            this.packageName = packageName;
        }

        public boolean isInstalled() {
            return Files.isExecutable(path);
        }

        /** Says how to install it. */
        public String missing() {
            return path.getFileName() + " is not installed: apt-get install " + packageName;
        }
    }

    private final Program program;
    private final List<String> command;
    private final int port;
    private final String user;
    private final String password;
    private Process process;

    private ProxyProcess(Program program, List<String> command, int port, String user, String password) {
        this.program = program;
        this.command = command;
        this.port = port;
        this.user = user;
        this.password = password;
    }

    /**
     * A running proxy.
     *
     * @param directory for its configuration
     * @param user empty = no login is wanted
     * @param password "hush" for Dante
     */
    public static ProxyProcess start(Program program, Path directory, String user, String password) {
        int port = ScriptedServer.refusingPort();
        boolean login = !user.isEmpty();
        List<String> command = new ArrayList<>(List.of(program.path.toString()));
        switch (program) {
            case TINYPROXY ->
                command.addAll(List.of(
                        "-d",
                        "-c",
                        file(
                                directory,
                                port,
                                "Port " + port,
                                "Listen " + LOOPBACK,
                                "Allow " + LOOPBACK,
                                "Timeout 600",
                                "LogLevel Error",
                                login ? "BasicAuth " + user + " " + password : "")));
            case DANTE ->
                command.addAll(List.of(
                        "-f",
                        file(
                                directory,
                                port,
                                "logoutput: /dev/null",
                                "internal: " + LOOPBACK + " port = " + port,
                                "external: " + LOOPBACK,
                                "clientmethod: none",
                                "socksmethod: " + (login ? "username" : "none"),
                                "user.privileged: root",
                                "user.unprivileged: nobody",
                                "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }",
                                "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }")));
            case MICROSOCKS -> {
                command.addAll(List.of("-i", LOOPBACK, "-p", Integer.toString(port)));
                if (login) {
                    command.addAll(List.of("-u", user, "-P", password));
                }
            }
        }
        if (program == Program.DANTE && login) {
            command = withUser(directory, user, command);
        }
        ProxyProcess proxy = new ProxyProcess(program, command, port, user, password);
        proxy.start();
        return proxy;
    }

    /** Returns whether a program may see other files in place of the system's. */
    public static boolean canReplaceFiles() {
        try {
            return new ProcessBuilder("unshare", "--mount", "true").start().waitFor() == 0;
        } catch (IOException e) {
            return false; // no such program here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Dante knows the users of the machine only: it sees other files of them, in a separate mount namespace. */
    private static List<String> withUser(Path directory, String user, List<String> command) {
        try {
            List<String> users = new ArrayList<>(Files.readAllLines(Path.of("/etc/passwd")));
            users.add(user + ":x:65000:65000::/:/bin/false");
            Path passwd = Files.write(directory.resolve("passwd"), users);
            Path shadow = Files.write(directory.resolve("shadow"), List.of(user + ":" + HUSH + ":19000:0:99999:7:::"));
            String script =
                    "mount --bind " + passwd + " /etc/passwd && mount --bind " + shadow + " /etc/shadow && exec \"$@\"";
            List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, "sh"));
            words.addAll(command);
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(Path directory, int port, String... lines) {
        try {
            return Files.write(directory.resolve("proxy-" + port + ".conf"), List.of(lines))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, again too, and waits until it listens. */
    public void start() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until(() -> program + " listens, alive: " + process.isAlive(), this::listens);
    }

    private boolean listens() {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Without a login: {@code http://127.0.0.1:port} or {@code socks5://127.0.0.1:port}. */
    public String address() {
        return scheme() + LOOPBACK + ":" + port;
    }

    public String url() {
        return user.isEmpty() ? address() : scheme() + user + ":" + password + "@" + LOOPBACK + ":" + port;
    }

    private String scheme() {
        return program == Program.TINYPROXY ? "http://" : "socks5://";
    }

    /** Kills it and the processes that it has started, which ends its connections. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Await.until("the end of " + program, () -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
