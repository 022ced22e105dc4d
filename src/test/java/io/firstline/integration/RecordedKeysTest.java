package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.payload.JacksonOracle;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The keys of real exchanges' messages, read from the bytes and with Jackson. */
class RecordedKeysTest {
    private static final List<String> POINTERS = List.of(
            "/stream",
            "/data/e",
            "/data/u",
            "/data/E", // Binance
            "/arg/channel",
            "/arg/instId",
            "/data/0/ts",
            "/data/-1/asks/0/-2", // OKEx
            "/event",
            "/0",
            "/-1",
            "/-2",
            "/1/a/0/-1", // Kraken
            "/type",
            "/product_id",
            "/sequence",
            "/changes/-1/2", // Coinbase, Gemini
            "/table",
            "/action",
            "/data/0/symbol",
            "/data/-1/id", // BitMEX
            "/method",
            "/params/symbol",
            "/params/sequence",
            "/id"); // HitBTC

    @Test
    void shouldReadTheKeysOfEveryRecordedMessage() throws IOException {
        int messages = 0;
        int values = 0;
        for (Path file : files()) {
            KeyReader all = new KeyReader(POINTERS);
            for (String text : Recordings.texts(file)) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                JsonNode tree = JacksonOracle.tree(bytes).orElseThrow();
                KeyValues read = all.read(bytes, 0, bytes.length);
                if (read == null) {
                    fail("taken for malformed: " + text);
                }
                JacksonOracle.assertRead(
                        read, POINTERS, tree, file.getFileName().toString());
                values += (int) IntStream.range(0, POINTERS.size())
                        .filter(read::isPresent)
                        .count();
                messages++;
            }
        }
        System.out.printf("[recordings] %d values read from %d messages%n", values, messages);
        assertThat(values).isGreaterThan(2 * messages);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Recordings.folder())) {
            return files.filter(file -> file.toString().endsWith(".jsonl.gz"))
                    .sorted()
                    .toList();
        }
    }
}
