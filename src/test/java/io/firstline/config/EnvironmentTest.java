package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Environment variables in a configuration. */
class EnvironmentTest {
    private static final Map<String, String> SET = Map.of(
            "HOST", "feed.example.com", "KEY", "HUSH$1", "BAD", "http://HUSH", "FIRSTLINE_TOKEN", "x".repeat(20));

    private static ServiceConfig config(String feed) {
        return ServiceConfig.parse(service(feed), "test.json", null, SET::get);
    }

    private static List<String> errors(String feed) {
        return Errors.of(() -> config(feed));
    }

    private static String service(String feed) {
        return ("{'http':{'token':'${FIRSTLINE_TOKEN}','control':true},'feeds':{'a':" + feed + "}}").replace('\'', '"');
    }

    private static WsConnectionConfig connection(String feed) {
        return config(feed).feeds().get(0).pool().connection();
    }

    @Test
    void shouldFillInWhatIsSetAndElseTheDefault() {
        WsConnectionConfig connection =
                connection("{'url':'wss://${HOST}:${PORT:9443}/${EMPTY:}ws','onConnect':['key ${KEY}']}");

        assertThat(connection.url()).isEqualTo("wss://feed.example.com:9443/ws");
        assertThat(connection.onConnect()).containsExactly("key HUSH$1");
        assertThat(config("{'url':'wss://${HOST}/'}").http().tokenSha256()).hasSize(64);
    }

    @Test
    void shouldLeaveThePlacesOfARequest() {
        ServiceConfig config = config("{'url':'wss://x.com/','streams':['s'],'subscribe':'[${id},${streams}]'}");

        assertThat(config.feeds().get(0).subscriptions().subscribe()).isEqualTo("[${id},${streams}]");
    }

    @Test
    void shouldSayWhichVariableIsNotSet() {
        assertThat(errors("{'url':'wss://${NOWHERE}/','onConnect':['${NOBODY}']}"))
                .containsExactly(
                        "/feeds/a/url: found ${NOWHERE}, which is not set, allowed: a variable that is set, or ${NOWHERE:default}",
                        "/feeds/a/onConnect/0: found ${NOBODY}, which is not set, allowed: a variable that is set, or ${NOBODY:default}");
    }

    @Test
    void shouldNotTellWhatTheEnvironmentSays() {
        assertThat(errors("{'url':'${BAD}'}"))
                .singleElement()
                .asString()
                .startsWith("/feeds/a/url: found what the environment says, allowed: a wss:// URL")
                .doesNotContain("HUSH");
    }
}
