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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script {@code launcher/firstline} in a copy of the installation, with a fake Java that prints its arguments and
 * a fake Maven.
 */
class LauncherTest {
    private static final String MAKING = "firstline: making starts faster, once …";
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
            "flock",
            "ls",
            "cksum",
            "chmod");

    private Path root;
    private Path home;
    private Path script;
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
        script = home.resolve("launcher/firstline");
        executable(script);
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

    /** A fake Java that prints its arguments, one a line, and creates the class cache that it is asked for. */
    private void java(int version) throws IOException {
        Path java = root.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(
                java,
                """
                #!/bin/bash
                printf '%s\\n' "$@"
                for word in "$@"; do
                  case $word in -XX:AOTCacheOutput=* | -XX:ArchiveClassesAtExit=*) echo classes >"${word#*=}" ;; esac
                done
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

    /**
     * A run of the launcher.
     *
     * @param made whether it made a class cache
     * @param err its other lines on standard error
     */
    private record Run(int code, boolean made, List<String> out, List<String> err) {}

    private Run run(String... environment) throws InterruptedException {
        return run(List.of(), environment);
    }

    /** Runs the launcher with only these environment variables, and with this prefix. */
    private Run run(List<String> before, String... environment) throws InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of("/usr/bin/env", "-i", "PATH=" + bin, "JAVA_HOME=" + root.resolve("jdk")));
        command.addAll(List.of(environment));
        command.addAll(List.of(script.toString(), "check", "a b.json"));
        try (Program program = Program.start(command)) {
            int code = program.exitCode();
            List<String> err = new ArrayList<>(program.err());
            return new Run(code, err.remove(MAKING), List.copyOf(program.out()), err);
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
        assertThat(run.made()).isTrue();
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
        return jar.resolveSibling("classes-of-jvm");
    }

    /** The only class cache in a folder. */
    private static Path cache(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.reduce((one, other) -> {
                        throw new AssertionError(one + " and " + other);
                    })
                    .orElseThrow();
        }
    }

    /** Moves the files to where they are in an installation. */
    private void unpack() throws IOException {
        Files.delete(home.resolve("pom.xml"));
        Files.move(home.resolve("launcher"), home.resolve("bin"));
        Files.move(home.resolve("target"), home.resolve("lib"));
        script = home.resolve("bin/firstline");
        jar = home.resolve("lib/firstline.jar");
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @CsvSource({"17, SharedArchiveFile, jsa", "21, SharedArchiveFile, jsa", "25, AOTCache, aot"})
    void shouldMakeAClassCacheOnce(int version, String option, String kind) throws Exception {
        java(version);

        Run first = run();
        Run second = run();

        assertRuns(first);
        assertThat(first.made()).isTrue();
        assertThat(second.made()).isFalse();
        Path cache = cache(classes());
        assertThat(cache.getFileName().toString()).matches("firstline-" + version + "\\.0\\.1-\\d+\\." + kind);
        for (Run run : List.of(first, second)) {
            assertThat(run.out()).contains("-XX:" + option + "=" + cache);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(classes())))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void shouldReplaceTheClassCacheOfAnotherJar() throws Exception {
        run();
        Path old = cache(classes());
        write(jar, 3); // the archive of a release gives its files a fixed, old time

        assertThat(run().made()).isTrue();

        assertThat(cache(classes())).isNotEqualTo(old);
    }

    @Test
    void shouldNotTryAgainWhereTheJvmCannotMakeAClassCache() throws Exception {
        Path java = root.resolve("jdk/bin/java");
        Files.writeString(java, "#!/bin/bash\nprintf '%s\\n' \"$@\"\n");

        Run first = run();
        Run second = run();

        assertRuns(first);
        assertThat(first.made()).isTrue();
        assertRuns(second);
        assertThat(second.made()).isFalse();
        assertThat(second.out()).noneMatch(word -> word.contains("SharedArchive"));
    }

    @Test
    void shouldNotUseClassesThatOthersCanWrite() throws Exception {
        java(25);
        run();
        Path cache = cache(classes());
        permit(cache, "rw-rw-r--");

        assertThat(run().out()).as("the group can write the file").noneMatch(word -> word.contains("AOTCache"));
        permit(cache, "rw-r--r--");
        assertThat(run().out()).anyMatch(word -> word.contains("AOTCache="));
        permit(classes(), "rwxrwxrwx");
        assertThat(run().out()).as("all can replace the file").noneMatch(word -> word.contains("AOTCache"));

        java(17);
        assertThat(run().out()).noneMatch(word -> word.contains("SharedArchive"));
    }

    @Test
    void shouldRunWithoutAClassCacheWhereAFileIsInTheWayOfItsFolder() throws Exception {
        write(classes(), 0);

        Run run = run();

        assertRuns(run);
        assertThat(run.made()).isFalse();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void shouldRunAnInstallationThroughASymbolicLink() throws Exception {
        unpack();
        Path link = Files.createSymbolicLink(root.resolve("firstline"), script);
        script = link;

        Run run = run();

        assertRuns(run);
        assertThat(run.made()).isTrue();
    }

    @Test
    void shouldKeepTheClassCacheOfAReadOnlyInstallationInTheUsersCacheFolder() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
        unpack();
        Path user = Files.createDirectory(root.resolve("user"));
        Path folder = Files.createDirectory(user.resolve(".cache"));
        for (Path each : List.of(user, folder)) {
            Files.setAttribute(each, "unix:uid", 65_534);
        }
        List<String> nobody = List.of("/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");

        Run without = run(nobody);
        Run byHome = run(nobody, "HOME=" + user);
        Path cache = cache(folder.resolve("firstline"));
        Run byVariable = run(nobody, "XDG_CACHE_HOME=" + folder);

        assertRuns(without);
        assertThat(without.made()).as("no folder").isFalse();
        assertThat(without.out()).noneMatch(word -> word.contains("SharedArchive"));
        assertThat(byHome.made()).isTrue();
        assertThat(byHome.out()).contains("-XX:SharedArchiveFile=" + cache);
        assertThat(byVariable.made()).isFalse();
        assertThat(byVariable.out()).contains("-XX:SharedArchiveFile=" + cache);

        permit(folder, "rwxrwxrwx");
        Run open = run(nobody, "HOME=" + user);
        assertRuns(open);
        assertThat(open.out()).as("all can replace the folder").noneMatch(word -> word.contains("SharedArchive"));
    }
}
