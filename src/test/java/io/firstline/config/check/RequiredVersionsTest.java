package io.firstline.config.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequiredVersionsTest {
    @TempDir
    Path folder;

    private final List<URL> jars = new ArrayList<>();

    private void vertx(String version) throws IOException {
        resource("vertx/vertx-version.txt", version + "\n");
    }

    private void netty(String artifact, String version) throws IOException {
        resource(
                "io.netty.versions.properties",
                artifact + ".version=" + version + "\n" + artifact + ".repoStatus=clean\n");
    }

    private void resource(String name, String text) throws IOException {
        Path jar = Files.createDirectory(folder.resolve("jar" + jars.size()));
        Path file = jar.resolve("META-INF").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        jars.add(jar.toUri().toURL());
    }

    private String problem() throws IOException {
        try (URLClassLoader loader = new URLClassLoader(jars.toArray(URL[]::new), null)) {
            return RequiredVersions.problem(loader);
        }
    }

    @Test
    void shouldRunWithWhatItIsBuiltWith() {
        assertThatCode(RequiredVersions::check).doesNotThrowAnyException();
        assertThat(RequiredVersionsTest.class.getClassLoader().getResource("META-INF/vertx/vertx-version.txt"))
                .isNotNull();
        assertThat(RequiredVersionsTest.class.getClassLoader().getResource("META-INF/io.netty.versions.properties"))
                .isNotNull();
    }

    @Test
    void shouldNameAnOldVertxAndItsNettyInOneSentence() throws IOException {
        vertx("4.5.11");
        netty("netty-transport", "4.1.115.Final");
        netty("netty-common", "4.1.115.Final");

        assertThat(problem())
                .isEqualTo("Firstline cannot run with these libraries: found Vert.x 4.5.11, allowed: 5.0 or newer;"
                        + " found Netty 4.1.115.Final (netty-common, netty-transport), allowed: 4.2 or newer");
    }

    @Test
    void shouldNameTheOldOnesOfAMixture() throws IOException {
        vertx("5.2.1");
        netty("netty-transport", "4.2.12.Final");
        netty("netty-codec-http", "4.1.118.Final");
        assertThat(problem())
                .contains("found Netty 4.1.118.Final (netty-codec-http),")
                .doesNotContain("Vert.x");

        for (String part : List.of("buffer", "common", "resolver", "handler")) {
            netty("netty-" + part, "4.1.118.Final");
        }
        assertThat(problem()).contains("(netty-buffer, netty-codec-http, netty-common and 2 more),");
    }

    @Test
    void shouldAcceptNewerOnesAndPartsWithOtherNumbers() throws IOException {
        vertx("6.0.0-SNAPSHOT");
        netty("netty-common", "5.0.0.Alpha2");
        netty("netty-incubator-codec-http3", "0.0.28.Final");
        netty("netty-tcnative-boringssl-static", "2.0.84.Final");

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldRefuseNothingThatItCannotRead() throws IOException {
        assertThat(problem()).as("no version files").isEmpty();
        vertx("next");
        netty("netty-common", "");

        assertThat(problem()).isEmpty();
    }
}
