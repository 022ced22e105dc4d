package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.feed.FeedConfig;
import io.firstline.payload.ProtobufReader;
import io.firstline.payload.SbeReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadEncodingTest {
    @TempDir
    Path directory;

    private void feed(String messages) throws IOException {
        Files.createDirectories(directory.resolve("venues"));
        Files.writeString(
                directory.resolve("venues/v.json"),
                "{\"url\":\"wss://a.example.com/\",\"messages\":{" + messages.replace('\'', '"') + "}}");
        FeedConfig.fromJson(
                new JsonObject().put("name", "f").put("venue", "v").put("streams", new JsonArray()), directory);
    }

    @Test
    void shouldRejectPointersThatLeadNowhere() throws IOException {
        feed("'payload':'protobuf','stream':['/1','/id'],'eventTime':{'at':['/5'],'unit':'ms'}");
        feed("'payload':'sbe','stream':['/10001/text8','/e'],'control':[{'at':'/id'}]");
        assertThatThrownBy(() -> feed("'payload':'protobuf','stream':['/313/x']"))
                .hasMessageContaining("/313/x")
                .hasMessageContaining("field numbers");
        assertThatThrownBy(() -> feed("'payload':'sbe','stream':['/10001/8:int63']"))
                .hasMessageContaining("/10001/8:int63")
                .hasMessageContaining("a template");
        assertThatThrownBy(() -> feed("'payload':'sbe','stream':['/1/text8'],'eventTime':{'at':['/1/8'],'unit':'ms'}"))
                .hasMessageContaining("/1/8");
        assertThatThrownBy(
                        () -> feed("'payload':'sbe','stream':['/1/text8'],'classes':{'c':{'match':'','items':'/1'}}"))
                .hasMessageContaining("items in sbe messages");
    }

    /** Nothing that the configuration accepts makes a reader fail, and the reverse. */
    @Test
    void shouldAgreeWithTheReaders() {
        long seed = System.nanoTime();
        System.out.println("PayloadEncodingTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        String[] steps = {
            "/1",
            "/0",
            "/-1",
            "/-7",
            "/100",
            "/10001",
            "/65535",
            "/65536",
            "/99999",
            "/123456",
            "/group16",
            "/group32",
            "/group8",
            "/text8",
            "/text16",
            "/text",
            "/8:int64",
            "/0:uint8",
            "/16:int",
            "/x",
            "/",
            "/01",
            "/1234567890"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(1, 5); count > 0; count--) {
                text.append(steps[random.nextInt(steps.length)]);
            }
            String pointer = text.toString();
            boolean isSbe = PayloadEncoding.SBE.wrong(List.of(pointer)).isEmpty();
            assertThat(isAccepted(pointer)).as(pointer).isEqualTo(isSbe);
            if (Character.isDigit(pointer.charAt(Math.min(1, pointer.length() - 1)))) {
                assertThat(ProtobufReader.isPointer(pointer))
                        .as(pointer)
                        .isEqualTo(
                                PayloadEncoding.PROTOBUF.wrong(List.of(pointer)).isEmpty());
            }
        }
    }

    private static boolean isAccepted(String pointer) {
        try {
            return new SbeReader(List.of(pointer)) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
