package io.firstline.connection.report;

import static io.firstline.connection.report.ConnectionState.CLOSED;
import static io.firstline.connection.report.ConnectionState.CONNECTED;
import static io.firstline.connection.report.ConnectionState.CONNECTING;
import static io.firstline.connection.report.ConnectionState.DISCONNECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionStateTest {
    private static final Map<ConnectionState, Set<ConnectionState>> LEGAL = Map.of(
            DISCONNECTED, EnumSet.of(CONNECTING, CLOSED),
            CONNECTING, EnumSet.of(CONNECTED, DISCONNECTED, CLOSED),
            CONNECTED, EnumSet.of(DISCONNECTED, CLOSED),
            CLOSED, EnumSet.noneOf(ConnectionState.class));

    @ParameterizedTest
    @EnumSource
    void shouldAllowTheTableAndNothingElse(ConnectionState from) {
        for (ConnectionState to : ConnectionState.values()) {
            boolean legal = LEGAL.get(from).contains(to);
            assertThat(from.canBecome(to)).as("%s to %s", from, to).isEqualTo(legal);
            if (legal) {
                assertThat(from.become(to)).isSameAs(to);
            } else {
                assertThatIllegalStateException()
                        .isThrownBy(() -> from.become(to))
                        .withMessageContaining(from.name())
                        .withMessageContaining(to.name());
            }
        }
    }

    @Test
    void shouldKeepOrderAndCodesOfTheContract() {
        assertThat(ConnectionState.values()).containsExactly(DISCONNECTED, CONNECTING, CONNECTED, CLOSED);
        assertThat(ConnectionState.values()).containsExactly(DISCONNECTED, CONNECTING, CONNECTED, CLOSED);
    }
}
