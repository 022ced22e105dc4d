package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firstline.config.problem.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong ids and actions after gaps in a profile are reported at their places. */
class IdRuleTest {
    private static final String URL = "\"url\":\"wss://x.example.com\",";
    private static final String SUBSCRIBE = URL + "\"subscribe\":\"${1}\",";
    private static final String IDS =
            "\"ids\":[{\"when\":[\"/event\"],\"id\":\"/chanId\",\"stream\":[\"/symbol\"],\"rewrite\":true}]";

    @TempDir
    Path directory;

    private String problem(String profile) throws IOException {
        Files.createDirectories(directory.resolve("venues"));
        Files.writeString(directory.resolve("venues/v.json"), "{" + profile + "}");
        InvalidConfigException wrong =
                catchThrowableOfType(InvalidConfigException.class, () -> Venue.find("v", directory));
        assertThat(wrong.problems()).hasSize(1);
        return wrong.problems().get(0).found();
    }

    private static String messages(String members) {
        return "\"messages\":{" + members + "}";
    }

    @Test
    void shouldReportWrongIds() throws IOException {
        assertThat(problem(URL + messages("\"stream\":[\"@/0\"]")))
                .endsWith("nothing, but names by ids in \"stream\" at /messages/ids");
        assertThat(problem(URL + messages("\"stream\":[\"/0\"]," + IDS)))
                .endsWith("ids, but no name by an id in \"stream\" at /messages/ids");
        assertThat(problem(URL + messages("\"stream\":[\"@/0\"]," + IDS.replace("[\"/symbol\"]", "\"reply\""))))
                .contains("\"reply\" at /messages/ids/0/stream");
        assertThat(problem(
                        URL + messages("\"payload\":\"msgpack\",\"stream\":[\"@/0\"]," + IDS.replace("/symbol", "/s"))))
                .contains("ids to rewrite in binary messages at /messages/ids");
    }

    @Test
    void shouldReportWhereAnIdCannotBeInserted() throws IOException {
        assertThat(problem(URL + "\"subscribe\":\"${1} ${learned}\"")).contains("the placeholder ${learned}");
        assertThat(problem(SUBSCRIBE + "\"unsubscribe\":\"${learned} ${streams}\""))
                .contains("${learned} beside a list of streams at /unsubscribe");
        assertThat(problem(SUBSCRIBE + "\"unsubscribe\":\"{\\\"id\\\":\\\"${learned}\\\"}\""))
                .contains("a template that is not JSON once it is filled at /unsubscribe");
    }

    @Test
    void shouldReportActionsAfterGapsThatCannotBe() throws IOException {
        String classes = "\"stream\":[\"/s\"],\"classes\":{\"a\":{\"match\":\".\",\"sequence\":{\"link\":\"%s\","
                + "\"last\":[\"/n\"],\"onGap\":\"resubscribe\"}}}";
        assertThat(problem(SUBSCRIBE + "\"unsubscribe\":\"${1}\"," + messages(classes.formatted("increasing"))))
                .contains("an action after gaps, but no chain at /messages/classes/a/sequence/onGap");
        assertThat(problem(SUBSCRIBE + messages(classes.formatted("plus-one"))))
                .contains("but no request to unsubscribe at /messages/classes");
    }
}
