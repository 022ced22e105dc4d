package io.firstline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.PathConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbePlanTest {
    private static final ProbePlan.Most ANY = new ProbePlan.Most(32, "a feed has at most 32 connections");
    private static final long HALF_A_MINUTE = 30_000;

    private static ConnectTarget at(String host, String server, String local) {
        return new ConnectTarget("wss://" + host + "/ws", new PathConfig(server, local, null));
    }

    private static List<ConnectTarget> twelve() {
        return ProbePlan.paths(
                List.of(
                        at("a.example.com", null, null),
                        at("b.example.com", null, null),
                        at("c.example.org", null, null)),
                to -> List.of("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"));
    }

    private static ProbePlan plan(Limit... limits) {
        return ProbePlan.of(twelve(), List.of(limits), "the venue allows", 10, HALF_A_MINUTE, ANY);
    }

    @Test
    void shouldMixHostsAddressesAndLocalAddresses() {
        assertThat(ProbePlan.paths(
                        List.of(at("a.example.com", null, "eth0"), at("b.example.com", null, "eth1")),
                        to -> to.url().contains("a.") ? List.of("192.0.2.1", "192.0.2.2") : List.of()))
                .as("no address is known of the second host")
                .containsExactly(
                        at("a.example.com", "192.0.2.1", "eth0"),
                        at("b.example.com", null, "eth1"),
                        at("a.example.com", "192.0.2.2", "eth0"));
        assertThat(twelve()).hasSize(12);
    }

    @Test
    void shouldProbeAllWithoutLimits() {
        assertThat(plan().probed()).isEqualTo(twelve());
        assertThat(plan().text()).isEqualTo("12 paths");
    }

    @Test
    void shouldCountAttemptsPerHostOrVenue() {
        ProbePlan ofVenue = plan(new Limit(What.CONNECTS, 5, 60_000, Scope.VENUE));
        assertThat(ofVenue.probed()).as("of both domains").hasSize(5 + 4);
        assertThat(ofVenue.text()).isEqualTo("12 paths, the venue allows 5 connects in 1 minute: 9 are probed");
        assertThat(plan(new Limit(What.CONNECTS, 1, 60_000, Scope.HOST)).probed())
                .as("one a host")
                .extracting(ConnectTarget::url)
                .containsExactly("wss://a.example.com/ws", "wss://b.example.com/ws", "wss://c.example.org/ws");
    }

    @Test
    void shouldLetAttemptsOfALimitPerSecondWait() {
        assertThat(plan(new Limit(What.CONNECTS, 1, 1_000, Scope.VENUE)).probed())
                .hasSize(12);
    }

    @Test
    void shouldCountConnectionsAndTheirStreams() {
        assertThat(plan(new Limit(What.CONNECTIONS, 2, 0, Scope.URL)).probed()).hasSize(6);
        assertThat(plan(new Limit(What.STREAMS, 25, 0, Scope.HOST)).probed())
                .as("ten each")
                .hasSize(6);
        ProbePlan none = plan(new Limit(What.STREAMS, 5, 0, Scope.HOST));
        assertThat(none.probed()).isEmpty();
        assertThat(none.text()).isEqualTo("12 paths, the venue allows 5 streams: 0 are probed");
    }

    @Test
    void shouldTakeAnotherPathWhereOneHasNoRoom() {
        ProbePlan plan =
                plan(new Limit(What.CONNECTIONS, 1, 0, Scope.URL), new Limit(What.CONNECTS, 5, 300_000, Scope.HOST));
        assertThat(plan.probed()).hasSize(3);
    }

    @Test
    void shouldProbeAtMostSoMany() {
        ProbePlan plan = ProbePlan.of(
                twelve(), List.of(), "", 1, HALF_A_MINUTE, new ProbePlan.Most(1, "--connections allows 1"));
        assertThat(plan.text()).isEqualTo("12 paths, --connections allows 1: 1 is probed");
    }
}
