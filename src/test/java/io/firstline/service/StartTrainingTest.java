package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartTrainingTest {
    private static final String SIMULATED = "{'url':'sim:/ws'}";

    @TempDir
    private Path folder;

    @Test
    void shouldRunTheUsualCommandsAndEnd() {
        assertThat(StartTraining.run()).isZero();
    }

    @Test
    void shouldRunAConfigurationOfTheEmbeddedExchangeOnly() throws IOException {
        assertThat(isHarmless("'simulator':{},'feeds':{'a':" + SIMULATED + "}")).isTrue();
        assertThat(isHarmless("'simulator':{},'feeds':{'a':" + SIMULATED + ",'b':{'url':'wss://example.com/ws'}}"))
                .as("it would connect to an exchange")
                .isFalse();
        assertThat(isHarmless("'feeds':{'a':1}")).as("invalid").isFalse();
    }

    private boolean isHarmless(String json) throws IOException {
        Path file = folder.resolve("config.json");
        return StartTraining.isHarmless(Files.writeString(file, "{" + json.replace('\'', '"') + "}"));
    }
}
