package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ids that a server gives are bounded; the last one of a stream counts. */
class LearnedIdsTest {
    private final KeyReader reader = new KeyReader(List.of("/0"));
    private final LearnedIds ids = new LearnedIds();

    private KeyValues read(String id) {
        byte[] bytes = ("[" + id + "]").getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }

    private void learn(String id, String stream) {
        ids.learn(read(id), 0, stream, 0);
    }

    private String streamOf(String id) {
        LearnedIds.Id known = ids.get(read(id).hash(0));
        return known == null ? null : known.stream();
    }

    @Test
    void shouldKnowTheLastIdOfAStreamAndTheLastStreamOfAnId() {
        learn("10", "A");
        learn("11", "B");
        learn("12", "A");
        assertThat(ids.takeNews()).isTrue();
        assertThat(ids.takeNews()).isFalse();
        assertThat(ids.takeProblem()).isNull();
        assertThat(streamOf("10")).isNull();
        assertThat(ids.of("A")).isEqualTo("12");

        learn("11", "A");
        assertThat(ids.takeProblem()).isEqualTo("the server gives the id 11 of B to A");
        assertThat(ids.takeProblem()).isNull();
        assertThat(streamOf("11")).isEqualTo("A");
        assertThat(streamOf("12")).isNull();
        assertThat(ids.of("B")).isNull();

        ids.ended("A");
        learn("11", "B");
        assertThat(ids.takeProblem()).as("the stream was ended").isNull();
    }

    @Test
    void shouldForgetEndedStreamsFirstAndRefuseFurtherOnes() {
        for (int i = 0; i < LearnedIds.MAX_IDS; i++) {
            learn(String.valueOf(i), "s" + i);
        }
        learn("5000", "more");
        assertThat(ids.takeProblem()).contains("more than 4096 ids");
        assertThat(streamOf("5000")).isNull();
        learn("5001", "s7");
        assertThat(streamOf("5001")).as("of a known stream").isEqualTo("s7");

        ids.ended("s8");
        ids.ended("unknown");
        learn("5000", "more");
        assertThat(ids.takeProblem()).isNull();
        assertThat(streamOf("5000")).isEqualTo("more");
        assertThat(streamOf("8")).isNull();
        assertThat(streamOf("9")).isEqualTo("s9");
    }

    @Test
    void shouldGiveEachStreamOneNumberOfTenDigits() {
        OwnIds own = new OwnIds();
        Set<Long> all = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            long id = own.of("trades s" + i);
            assertThat(id).isBetween(1_000_000_000L, (long) Integer.MAX_VALUE);
            if (i < StreamTable.MAX_STREAMS) {
                assertThat(all.add(id)).isTrue();
            }
        }
        assertThat(own.of("trades s1")).isEqualTo(new OwnIds().of("trades s1"));
        assertThat(new OwnIds().of("trades tBTCUSD"))
                .as("the same in all versions")
                .isEqualTo(1_548_730_136L);
    }
}
