package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartTrainingTest {
    @Test
    void shouldRunTheUsualCommandsAndEnd() {
        assertThat(StartTraining.run()).isZero();
    }
}
