package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The section {@code bridges}. */
class BridgesConfigTest {
    private static final String HASH = "'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'";
    private static final String FEEDS =
            "'feeds':{'btc':{'url':'ws://127.0.0.1:1/'}," + "'raw':{'url':'ws://127.0.0.1:1/','body':'buffer'},"
                    + "'many':{'url':'ws://127.0.0.1:1/','body':'batch'}}";

    private static String json(String sections) {
        return ("{" + sections + "," + FEEDS + "}").replace('\'', '"');
    }

    private static BridgesConfig bridges(String sections) {
        return ServiceConfig.parse(json(sections), "test.json", null).bridges();
    }

    private static List<String> errors(String sections) {
        return Errors.ofService(json(sections));
    }

    @Test
    void shouldBeOffUnlessConfigured() {
        assertThat(bridges("'http':{}")).isEqualTo(BridgesConfig.NONE);
        assertThat(bridges("'bridges':{}")).isEqualTo(BridgesConfig.NONE);
    }

    @Test
    void shouldServeThisMachineAndLetNothingInByDefault() {
        TcpBridgeConfig tcp = bridges("'bridges':{'tcp':{'feeds':['btc']}}").tcp();

        assertThat(tcp)
                .isEqualTo(new TcpBridgeConfig(
                        "127.0.0.1", 7_000, null, null, new BridgeConfig(List.of("btc"), false, 32, 65_536, 4 << 20)));
        assertThat(tcp.isLocal()).isTrue();
    }

    @Test
    void shouldReadEverything() {
        BridgesConfig bridges = bridges("'http':{'token':" + HASH + "},'bridges':{"
                + "'tcp':{'host':'0.0.0.0','port':0,'token':" + HASH + ",'feeds':['btc'],'inbound':true,"
                + "'maxClients':2,'maxFrameBytes':1024,'maxQueueBytes':65536},"
                + "'sockjs':{'origins':['https://desk.example.com'],'feeds':['btc'],'inbound':true}}");

        assertThat(bridges.tcp().isLocal()).isFalse();
        assertThat(bridges.tcp().bridge())
                .isEqualTo(BridgeConfig.of("btc").withInbound().withLimits(2, 1_024, 65_536));
        assertThat(bridges.sockjs())
                .isEqualTo(new SockJsBridgeConfig(
                        List.of("https://desk.example.com"),
                        BridgeConfig.of("btc").withInbound()));
    }

    @Test
    void shouldSayWhatItOpens() {
        ServiceConfig config = ServiceConfig.parse(
                json("'http':{'token':" + HASH + "},'bridges':{'tcp':{'feeds':['btc']},"
                        + "'sockjs':{'feeds':['btc'],'inbound':true,'maxClients':3}}"),
                "test.json",
                null);

        assertThat(config.withHttp(config.http().withPort(0)).summary())
                .endsWith(
                        "TCP bridge on 127.0.0.1: serves btc to at most 32",
                        "SockJS bridge at /eventbus: serves btc to at most 3; clients with the token may send requests");
    }

    @Test
    void shouldNameEveryErrorAtOnce() {
        assertThat(errors("'bridges':{'tcp':{'feeds':['btc','eth','raw'],'host':'0.0.0.0'},"
                        + "'sockjs':{'feeds':['bct']}}"))
                .containsExactlyInAnyOrder(
                        "/bridges/tcp/token: found nothing, allowed: a token, because \"host\" lets other machines in",
                        "/bridges/tcp/feeds/1: found \"eth\", allowed: a feed of this configuration: btc, raw, many",
                        "/bridges/tcp/feeds/2: found \"raw\", whose \"body\" is \"buffer\", allowed: a feed that publishes"
                                + " each message with its sequence: \"body\" \"message\" or \"json\"",
                        "/bridges/sockjs: found no \"http\", allowed: only with \"http\", which serves it",
                        "/bridges/sockjs/feeds/0: found \"bct\", allowed: a feed of this configuration: btc, raw, many");
        assertThat(errors("'bridges':{'tcp':{'feeds':['many']}}"))
                .singleElement()
                .asString()
                .startsWith("/bridges/tcp/feeds/0: found \"many\", whose \"body\" is \"batch\", allowed: a feed that");
        assertThat(errors("'bridges':{'tcp':{'feeds':[],'prt':1},'sockjs':{'origins':['desk']}}"))
                .hasSize(4)
                .anyMatch(e -> e.startsWith("/bridges/tcp/feeds: "))
                .anyMatch(e -> e.startsWith("/bridges/tcp/prt: ") && e.contains("did you mean port?"))
                .contains("/bridges/sockjs/feeds: found nothing, allowed: an array of names of feeds")
                .anyMatch(e -> e.startsWith("/bridges/sockjs/origins/0: "));
    }

    @Test
    void shouldWantATokenForWhoeverActs() {
        assertThat(errors("'http':{},'bridges':{'tcp':{'feeds':['btc'],'inbound':true},"
                        + "'sockjs':{'feeds':['btc'],'inbound':true}}"))
                .containsExactlyInAnyOrder(
                        "/bridges/tcp/token: found nothing, allowed: a token, because \"inbound\" allows requests that change feeds",
                        "/http/token: found nothing, allowed: a token, because \"inbound\" of /bridges/sockjs allows"
                                + " requests that change feeds");
    }
}
