package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.integration.Program;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The script {@code launcher/firstline} in a copy of the installation, with a fake Java that prints its arguments and
 * a fake Maven.
 */
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "bash",
            "env",
            "dirname",
            "readlink",
            "find",
            "sed",
            "id",
            "mktemp",
            "grep",
            "head",
            "cut",
            "touch",
            "rm",
            "mv",
            "mkdir",
            "cat",
            "timeout",
            "flock");

    private Path root;
    private Path home;
    private Path bin;
    private Path jar;

    @BeforeEach
    void install() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        root = Files.createTempDirectory("launcher"); // not @TempDir, because other users cannot enter it
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Files.createDirectory(root.resolve("home"));
        bin = Files.createDirectory(root.resolve("bin"));
        for (String tool : TOOLS) {
            for (String folder : List.of("/usr/bin", "/bin")) {
                Path there = Path.of(folder, tool);
                if (Files.exists(there) && !Files.exists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), there);
                }
            }
        }
        Path project = Path.of(System.getProperty("project.dir", "."));
        Files.createDirectories(home.resolve("launcher"));
        Files.copy(project.resolve("launcher/firstline"), home.resolve("launcher/firstline"));
        Files.copy(project.resolve("launcher/jvm.options"), home.resolve("launcher/jvm.options"));
        executable(home.resolve("launcher/firstline"));
        Files.createDirectories(home.resolve("src/library/main"));
        Files.createDirectories(home.resolve("conf"));
        Files.createDirectories(home.resolve("target"));
        jar = home.resolve("target/firstline.jar");
        write(home.resolve("pom.xml"), 10);
        write(home.resolve("src/library/main/A.java"), 10);
        write(home.resolve("conf/config.json"), 10);
        write(jar, 5);
        java(17);
    }

    @AfterEach
    void remove() throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void write(Path file, int minutesAgo) throws IOException {
        Files.writeString(file, file.getFileName().toString());
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60L * minutesAgo)));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A fake Java that prints its arguments, one a line, and creates the class archive that it is asked for. */
    private void java(int version) throws IOException {
        Path java = root.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(
                java,
                """
                #!/bin/bash
                printf '%s\\n' "$@"
                for word in "$@"; do case $word in -XX:AOTCacheOutput=*) echo classes >"${word#*=}" ;; esac; done
                """);
        executable(java);
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
    }

    private void maven(String script) throws IOException {
        Files.writeString(
                bin.resolve("mvn"), "#!/bin/bash\necho called >>" + root.resolve("mvn.calls") + "\n" + script + "\n");
        executable(bin.resolve("mvn"));
    }

    private boolean isBuilt() {
        return Files.exists(root.resolve("mvn.calls"));
    }

    private record Run(int code, List<String> out, List<String> err) {}

    private Run run(String... environment) throws InterruptedException {
        return run(List.of(), environment);
    }

    /** Runs the launcher with only these environment variables, and with this prefix. */
    private Run run(List<String> before, String... environment) throws InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of("/usr/bin/env", "-i", "PATH=" + bin, "JAVA_HOME=" + root.resolve("jdk")));
        command.addAll(List.of(environment));
        command.addAll(List.of(home.resolve("launcher/firstline").toString(), "check", "a b.json"));
        try (Program program = Program.start(command)) {
            int code = program.exitCode();
            return new Run(code, List.copyOf(program.out()), List.copyOf(program.err()));
        }
    }

    private void assertRuns(Run run) {
        assertThat(run.code()).as("%s", run.err()).isZero();
        assertThat(run.out())
                .endsWith("-jar", jar.toString(), "check", "a b.json")
                .contains("-Dfirstline.home=" + home, "-XX:MaxRAMPercentage=40");
    }

    @Test
    void shouldNotBuildForANewerConfiguration() throws Exception {
        maven("exit 1");
        write(home.resolve("conf/config.json"), 0);

        Run run = run();

        assertRuns(run);
        assertThat(isBuilt()).isFalse();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void shouldBuildForANewerSource() throws Exception {
        maven("echo new >" + jar);
        write(home.resolve("src/library/main/A.java"), 0);

        assertRuns(run());

        assertThat(isBuilt()).isTrue();
        assertThat(Files.readString(jar)).isEqualTo("new\n");
    }

    @Test
    void shouldRunTheJarThatIsThereWhenTheBuildFails() throws Exception {
        maven("echo '[INFO] x'; echo '[ERROR] A.java:[1,2] nope'; exit 1");
        write(home.resolve("pom.xml"), 0);

        Run run = run();

        assertRuns(run);
        assertThat(run.err()).hasSize(2);
        assertThat(run.err().get(1))
                .contains("sources are newer", "which runs all the same: the build failed: A.java:[1,2] nope");
    }

    @Test
    void shouldRunTheJarThatIsThereWithoutMaven() throws Exception {
        write(home.resolve("pom.xml"), 0);

        Run run = run();

        assertRuns(run);
        assertThat(run.err()).singleElement().asString().contains("which runs all the same: no mvn found");
    }

    @Test
    void shouldSayInOneLineThatThereIsNothingToRun() throws Exception {
        Files.delete(jar);

        Run run = run();

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).singleElement().asString().contains("there is no " + jar, "no mvn found");
    }

    @Test
    void shouldRunAsAnotherUserFromACheckoutThatItCannotWriteTo() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
        maven("exit 1");
        write(home.resolve("src/library/main/A.java"), 0);
        java(21);

        Run run = run(List.of("/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"));

        assertRuns(run);
        assertThat(isBuilt()).isFalse();
        assertThat(run.err()).singleElement().asString().contains("cannot be written to");
        assertThat(run.out()).as("no place of its own for classes").noneMatch(word -> word.contains("SharedArchive"));
    }

    @Test
    void shouldSplitTheOptionsAtBlanksAndExpandNothing() throws Exception {
        Run run = run("FIRSTLINE_JAVA_OPTS=/* -Db='$HOME'\n  -Dc=\"x  -Xmx2g");

        assertRuns(run);
        assertThat(run.out()).containsSubsequence("/*", "-Db='$HOME'", "-Dc=\"x", "-Xmx2g", "-jar");
    }

    @Test
    void shouldLeaveTheFirstHeapToTheJvmWhereTheGreatestIsGiven() throws Exception {
        assertThat(run().out()).anyMatch(word -> word.startsWith("-Xms"));

        Run run = run("FIRSTLINE_JAVA_OPTS=-Da=b -Xmx24m");

        assertRuns(run);
        assertThat(run.out()).contains("-Xmx24m").noneMatch(word -> word.startsWith("-Xms"));
    }

    @Test
    void shouldRefuseAnOldJava() throws Exception {
        java(11);

        Run run = run();

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).singleElement().asString().contains("found Java 11", "allowed: 17 or newer");
    }

    private Path classes() {
        return home.resolve("target/classes-of-jvm");
    }

    @Test
    void shouldKeepClassesWhereOnlyItsUserCanWrite() throws Exception {
        java(25);

        Run first = run();
        Run second = run();

        assertRuns(first);
        assertThat(first.err()).singleElement().asString().contains("making starts faster, once");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).contains("-XX:AOTCache=" + classes().resolve("firstline-25.aot"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(classes())))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void shouldNotUseClassesThatOthersCanWrite() throws Exception {
        java(25);
        run();
        Path cache = classes().resolve("firstline-25.aot");
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-rw-r--"));

        assertThat(run().out()).as("the group can write the file").noneMatch(word -> word.contains("AOTCache"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run().out()).anyMatch(word -> word.contains("AOTCache="));
        Files.setPosixFilePermissions(classes(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run().out()).as("all can replace the file").noneMatch(word -> word.contains("AOTCache"));

        java(21);
        assertThat(run().out()).noneMatch(word -> word.contains("SharedArchive"));
        Files.setPosixFilePermissions(classes(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(run().out()).contains("-XX:SharedArchiveFile=" + classes().resolve("firstline-21.jsa"));
    }
}
