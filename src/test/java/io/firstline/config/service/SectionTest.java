package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One error of a section hides no other, and causes none. */
class SectionTest {
    private static final String FEEDS = "'feeds':{'a':{'url':'ws://127.0.0.1:1/'}}";

    private static List<String> places(String sections) {
        return Errors.of(() -> ServiceConfig.parse(
                        ("{" + sections + "," + FEEDS + "}").replace('\'', '"'),
                        "test.json",
                        null,
                        Map.<String, String>of()::get))
                .stream()
                .map(error -> error.substring(0, error.indexOf(':')))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'http':{'port':99999,'control':true,'typo':1} | /http/port /http/token /http/typo",
                "'http':{'token':'short','tls':{'certificate':'no','key':'no'},'port':8080,'managementPort':8080}"
                        + " | /http/token /http/tls/certificate /http/tls/key /http/managementPort",
                "'http':{'host':'0.0.0.0','tls':{'certificate':'no'}} | /http/token /http/tls/key",
                "'relay':{'port':-1,'host':'0.0.0.0','feeds':['b'],'maxClients':0}"
                        + " | /relay/token /relay/port /relay/maxClients /relay/feeds/0",
                "'bridges':{'tcp':{'feeds':[],'host':'0.0.0.0'}} | /bridges/tcp/feeds /bridges/tcp/token",
                "'bridges':{'tcp':{'feeds':['b',7],'port':-1}} | /bridges/tcp/feeds/0 /bridges/tcp/feeds/1 /bridges/tcp/port",
                "'bridges':{'tcp':{'feeds':['a'],'port':'x','inbound':true,'token':'no'},'sockjs':{'feeds':['a'],'maxClients':0}}"
                        + " | /bridges/tcp/port /bridges/tcp/token /bridges/sockjs/maxClients",
                "'cluster':{'name':'a b','leaseMs':1,'secret':'short','members':['127.0.0.1:5702']}"
                        + " | /cluster/name /cluster/leaseMs /cluster/secret /cluster/members",
                "'cluster':{'dns':'a:1','secret':'short','lease':{'etcd':['http://a_b:1'],'user':'u'},'leaseMs':'x'}"
                        + " | /cluster/secret /cluster/lease/etcd /cluster/lease/password /cluster/leaseMs",
                "'http':{'port':'${PORT}','token':'${TOKEN}'},'relay':{'prt':1} | /http/port /http/token /relay/prt",
            })
    void shouldNameEveryError(String sections, String pointers) {
        assertThat(places(sections)).containsExactlyInAnyOrder(pointers.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'cluster':{'port':0,'members':['127.0.0.1:5702']} | /cluster/port",
                "'cluster':{'members':'127.0.0.1:5701','replicas':5} | /cluster/members",
                "'cluster':{'host':'10.0.0.1','members':['10.0.0.1:5701'],'secret':'0123456789abcdef','allowPlaintext':1}"
                        + " | /cluster/allowPlaintext",
                "'cluster':{'lease':{'etcd':['http://a_b:1']}} | /cluster/lease/etcd",
                "'http':{'host':'0.0.0.0','token':7} | /http/token",
                "'http':7 | /http",
                "'http':{'port':'x','managementPort':8080} | /http/port",
                "'bridges':{'tcp':{'inbound':true}} | /bridges/tcp/feeds",
                "'relay':{'token':'${TOKEN}','host':'0.0.0.0'} | /relay/token",
            })
    void shouldNotNameWhatFollowsFromAnError(String sections, String pointer) {
        assertThat(places(sections)).containsExactly(pointer);
    }

    @Test
    void shouldSayWhatIsWrongBesideAVariableThatIsNotSet() {
        assertThat(Errors.of(() -> ServiceConfig.parse(
                        """
                        {"feeds": {"a": {"url": "wss://x.com/${PART}", "connections": 0},
                                   "b": {"url": "http://x.com/"}}}
                        """,
                        "test.json",
                        null,
                        Map.<String, String>of()::get)))
                .containsExactly(
                        "/feeds/a/url: found ${PART}, which is not set, allowed: a variable that is set, or ${PART:default}",
                        "/feeds/a/connections: found 0 (a number), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32",
                        "/feeds/b/url: found \"http://x.com/\", allowed: a wss:// URL (ws:// only for loopback hosts)");
    }
}
