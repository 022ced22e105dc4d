package io.firstline.feed.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.GapFate;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.Path;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeedEventJsonTest {
    private static String json(FeedFact fact) {
        return new FeedEvent("f", 0, 7, fact).toJson().encode();
    }

    @Test
    void shouldHaveAFormForEveryFact() {
        assertThat(FeedEventJson.known())
                .containsExactlyInAnyOrderElementsOf(List.of(FeedFact.class.getPermittedSubclasses()));
        assertThat(Arrays.stream(FeedEvent.Type.values()).map(FeedEvent.Type::label))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldSayWhatHappenedThenWhenThenTheFacts() {
        assertThat(json(new FeedFact.Connected("f-1", Path.to("h"))))
                .isEqualTo(
                        "{\"event\":\"connected\",\"feed\":\"f\",\"micros\":7,\"connection\":\"f-1\",\"path\":{\"host\":\"h\"}}");
        assertThat(new FeedEvent("f/2", 0, 7, new FeedFact.OutOfStep("f/2-1"))
                        .ofShard("f", 2)
                        .toJson()
                        .encode())
                .isEqualTo(
                        "{\"event\":\"out-of-step\",\"feed\":\"f\",\"micros\":7,\"connection\":\"f/2-1\",\"shard\":2}");
    }

    @Test
    void shouldGiveTheReasonInWordsAndNullForWhatWasNotMeasured() {
        assertThat(json(new FeedFact.Evicted(
                        "f-1", "f-4", new EvictionReason(Cause.AGE, "overdue"), "", Double.NaN, null)))
                .endsWith("\"micros\":7,\"connection\":\"f-1\",\"replacement\":\"f-4\",\"reason\":\"age, overdue\","
                        + "\"compared\":\"\",\"latencyMs\":null,\"lagP99Micros\":null}");
        assertThat(json(new FeedFact.Evicted("f-1", "f-4", EvictionReason.of(Cause.SILENT), "", 1.23456, 9L)))
                .endsWith("\"latencyMs\":1.235,\"lagP99Micros\":9}");
        assertThat(json(new FeedFact.DroppedOversize(1, 2, 0, 10)))
                .endsWith("\"cause\":\"oversize\",\"count\":1,\"total\":2,\"bytes\":null,\"maxMessageBytes\":10}");
        assertThat(json(new FeedFact.LinesDiffer(List.of("f-1"), "", List.of(), List.of("/id"), "why")))
                .endsWith("\"class\":null,\"members\":[],\"keyCandidates\":[\"/id\"],\"reason\":\"why\"}");
    }

    @Test
    void shouldLeaveOutWhatDoesNotApply() {
        assertThat(json(new FeedFact.ConnectionSilent("f-1", null))).endsWith("\"micros\":7,\"connection\":\"f-1\"}");
        assertThat(json(new FeedFact.StreamSilent("trade", 5))).endsWith("\"stream\":\"trade\",\"silentMs\":5}");
        assertThat(json(new FeedFact.ServerError("f-1", "no", 0, List.of()))).endsWith("\"omitted\":0}");
        assertThat(json(new FeedFact.Degraded(1, 3, FeedState.DEGRADED, "")))
                .endsWith("\"live\":1,\"target\":3,\"state\":\"DEGRADED\"}");
        assertThat(json(new FeedFact.NotFound(FeedFact.ProfileValue.STREAM, List.of("/s"), List.of(), "", "why")))
                .endsWith("\"what\":\"stream\",\"pointers\":[\"/s\"],\"members\":[],\"reason\":\"why\"}");
    }

    @Test
    void shouldNameFatesAndCausesAsBefore() {
        assertThat(json(new FeedFact.Gap("s", 3, 4, GapFate.HEALED, "f-2", List.of("f-1"))))
                .endsWith("\"from\":3,\"to\":4,\"state\":\"healed\",\"connection\":\"f-2\",\"lackedBy\":[\"f-1\"]}");
        assertThat(json(new FeedFact.Dropped(DropCause.CONSUMER_FULL, 1, 2)))
                .endsWith("\"cause\":\"consumer-full\",\"count\":1,\"total\":2}");
    }
}
