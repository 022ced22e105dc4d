package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code conf/logback.xml} with the variables that configure it. */
class LogSettingsTest {
    @AfterEach
    void forget() {
        System.clearProperty(LogSettings.LEVEL);
        System.clearProperty(LogSettings.FORMAT);
        System.clearProperty(LogSettings.STACK_LINES);
    }

    private static String check(Map<String, String> environment) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        LogSettings.check(environment, new PrintStream(err, true, StandardCharsets.UTF_8));
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Returns the log output of the shipped file for a message with an exception. */
    private static String logged() throws JoranException {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(Path.of(System.getProperty("project.dir", "."), "conf/logback.xml")
                    .toFile());
            context.getLogger("io.firstline.x").debug("details");
            context.getLogger("io.firstline.x").error("it broke", new IllegalStateException("really"));
        } finally {
            context.stop(); // an asynchronous appender writes its rest now
            System.setErr(before);
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteADateAndNoStackTrace() throws JoranException {
        assertThat(check(Map.of())).isEmpty();

        assertThat(logged())
                .containsPattern(
                        "(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) ERROR it broke$")
                .doesNotContain("details", "\tat ");
    }

    @Test
    void shouldWriteStackTracesWhenDebugging() throws JoranException {
        assertThat(check(Map.of(LogSettings.LEVEL, "debug"))).isEmpty();

        assertThat(logged())
                .contains(
                        "DEBUG details", "IllegalStateException: really", "\tat io.firstline.service.LogSettingsTest");
    }

    @Test
    void shouldFallBackFromAWrongValueAndSaySo() throws JoranException {
        assertThat(check(Map.of(LogSettings.LEVEL, "verbose", LogSettings.FORMAT, "xml\n"))
                        .lines())
                .containsExactly(
                        "firstline: FIRSTLINE_LOG_LEVEL: found \"verbose\", allowed: INFO, TRACE, DEBUG, WARN, ERROR, OFF; using INFO",
                        "firstline: FIRSTLINE_LOG_FORMAT: found \"xml?\", allowed: text, json; using text");

        assertThat(logged()).contains("ERROR it broke").doesNotContain("details");
    }

    @Test
    void shouldWriteJson() throws JoranException {
        check(Map.of(LogSettings.FORMAT, "JSON"));

        assertThat(logged().strip()).startsWith("{").endsWith("}").contains("\"it broke\"");
    }
}
