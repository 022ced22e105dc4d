package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.service.ServiceConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The documents must stay true when code moves: their links, commands, options and examples. */
class DocumentsTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern BLOCK = Pattern.compile("```(\\w*)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|(?:src|srcset)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern COMMAND = Pattern.compile("launcher/firstline ([a-z][a-z-]*)([^\\n`#]*)");
    private static final Pattern SOURCE = Pattern.compile("`([a-z]+(?:/[a-z]+)*/[A-Z]\\w+)(?:\\.java)?`");
    private static final Pattern MODULE = Pattern.compile("<module>src/(\\w+)</module>");
    private static final Pattern OPTION = Pattern.compile("(?<=\\s)--[a-z-]+");

    @Test
    void shouldLeadToFilesAndHeadingsThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            for (MatchResult link :
                    LINK.matcher(withoutBlocks(document)).results().toList()) {
                String target = link.group(1) == null ? link.group(2) : link.group(1);
                if (!target.startsWith("https://") && !isThere(document, target)) {
                    broken.add(document + ": " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    /** Wherever they are below src: a renamed class must be renamed in the document too. */
    @Test
    void shouldNameSourcesThatExist() throws IOException {
        List<String> sources;
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            sources = files.map(Path::toString)
                    .filter(file -> file.endsWith(".java"))
                    .toList();
        }

        List<String> named = SOURCE.matcher(Files.readString(Path.of("src/docs/contributing.md")))
                .results()
                .map(name -> "/" + name.group(1) + ".java")
                .toList();

        assertThat(named).hasSizeGreaterThan(30).allSatisfy(name -> assertThat(sources)
                .anySatisfy(source -> assertThat(source).endsWith(name)));
    }

    @Test
    void shouldNameCommandsAndOptionsThatExist() throws IOException {
        Map<String, CommandLine> commands =
                Main.line(new StandardOutput(OutputStream.nullOutputStream())).getSubcommands();
        List<String> unknown = new ArrayList<>();
        for (Path document : documents()) {
            for (MatchResult use :
                    COMMAND.matcher(Files.readString(document)).results().toList()) {
                CommandLine command = commands.get(use.group(1));
                Set<String> options = command == null
                        ? Set.of()
                        : command.getCommandSpec().optionsMap().keySet();
                boolean isKnown = command != null
                        && OPTION.matcher(use.group(2)).results().allMatch(o -> options.contains(o.group()));
                if (!isKnown) {
                    unknown.add(document + ": " + use.group());
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"README.md, Trades", "src/docs/simulator.md, CutTrial"})
    void shouldCompileThePrograms(Path document, String name, @TempDir Path classes) throws IOException {
        String program = block(document, "java", "import ");
        StringWriter said = new StringWriter();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return program;
                    }
                };

        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(said, null, null, List.of("-proc:none", "-d", classes.toString()), null, List.of(source))
                .call();

        assertThat(compiled).as(said.toString()).isTrue();
    }

    /** A key that is added to the schema is added to the guide. */
    @Test
    void shouldListTheKeysOfTheSimulator() throws IOException {
        JsonObject types =
                new JsonObject(Files.readString(Path.of("conf/firstline.schema.json"))).getJsonObject("$defs");
        List<String> cells = Files.readAllLines(Path.of("src/docs/simulator.md")).stream()
                .filter(row -> row.startsWith("| `"))
                .map(row -> row.substring(0, row.indexOf('|', 1)))
                .toList();

        Stream.of("simulator", "line")
                .flatMap(type -> types.getJsonObject(type).getJsonObject("properties").fieldNames().stream())
                .forEach(key -> assertThat(cells).as(key).anySatisfy(cell -> assertThat(cell)
                        .contains("`" + key + "`")));
    }

    @Test
    void shouldListEveryModule() throws IOException {
        String guide = Files.readString(Path.of("src/docs/contributing.md"));

        assertThat(MODULE.matcher(Files.readString(Path.of("pom.xml")))
                        .results()
                        .map(module -> module.group(1)))
                .hasSizeGreaterThan(5)
                .allSatisfy(module -> assertThat(guide).contains("\n| `" + module + "` |"));
    }

    @Test
    void shouldAcceptTheConfigurationOfTheReadme() throws IOException {
        ServiceConfig config = ServiceConfig.parse(block(README, "json", "{"), "README.md", Path.of("conf"));

        assertThat(config.feeds()).extracting("name").containsExactly("btc", "mine");
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("src/docs"))) {
            return Stream.concat(
                            Stream.of(README, Path.of("src/examples/README.md"), Path.of("src/test/README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    private static String withoutBlocks(Path document) throws IOException {
        return BLOCK.matcher(Files.readString(document)).replaceAll("");
    }

    /** The first block in this language that begins so. */
    private static String block(Path document, String language, String beginning) throws IOException {
        return BLOCK.matcher(Files.readString(document))
                .results()
                .filter(b -> b.group(1).equals(language) && b.group(2).startsWith(beginning))
                .findFirst()
                .orElseThrow()
                .group(2);
    }

    private static boolean isThere(Path document, String target) throws IOException {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document
                : document.resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path document) throws IOException {
        return HEADING.matcher(withoutBlocks(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
