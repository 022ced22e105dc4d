package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The replies to a client's requests, without a socket. */
class SimulatorSessionTest {
    private final StreamSession session = new StreamSession(false, 3);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // valid requests
                "{'method':'SUBSCRIBE','params':['a@trade'],'id':1}        | {'result':null,'id':1}",
                "{'method':'SUBSCRIBE','params':[],'id':-9223372036854775808} | {'result':null,'id':-9223372036854775808}",
                "{'method':'UNSUBSCRIBE','params':['x@trade'],'id':'abc-1'} | {'result':null,'id':'abc-1'}",
                "{'method':'LIST_SUBSCRIPTIONS','id':null}                 | {'result':[],'id':null}",
                "{'method':'SET_PROPERTY','params':['combined',true],'id':5} | {'result':null,'id':5}",
                "{'method':'GET_PROPERTY','params':['combined'],'id':2}    | {'result':false,'id':2}",
                // 0
                "{'method':'GET_PROPERTY','params':['colour'],'id':2}      | {'code':0,'msg':'Unknown property','id':2}",
                "{'method':'SET_PROPERTY','params':['colour',true],'id':'x'} | {'code':0,'msg':'Unknown property','id':'x'}",
                // 1
                "{'method':'SET_PROPERTY','params':['combined','yes'],'id':5} | {'code':1,'msg':'Invalid value type: expected Boolean'}",
                "{'method':'SET_PROPERTY','params':['combined'],'id':5}    | {'code':1,'msg':'Invalid value type: expected Boolean'}",
                // 2
                "{'method':'GET_PROPERTY','params':[7],'id':2}             | {'code':2,'msg':'Invalid request: property name must be a string'}",
                "{'method':'GET_PROPERTY','id':2}                          | {'code':2,'msg':'Invalid request: property name must be a string'}",
                "{'method':'GET_PROPERTY','params':['combined',1],'id':2}  | {'code':2,'msg':'Invalid request: too many parameters'}",
                "{'method':'SET_PROPERTY','params':['combined',true,1],'id':2} | {'code':2,'msg':'Invalid request: too many parameters'}",
                "{'method':'LIST_SUBSCRIPTIONS','params':['a'],'id':2}     | {'code':2,'msg':'Invalid request: too many parameters'}",
                "{'method':'SUBSCRIBE','params':['a'],'id':1.5}            | {'code':2,'msg':'Invalid request: request ID must be an unsigned integer'}",
                "{'method':'SUBSCRIBE','params':['a'],'id':9223372036854775808} | {'code':2,'msg':'Invalid request: request ID must be an unsigned integer'}",
                "{'method':'SUBSCRIBE','params':['a'],'id':'1234567890123456789012345678901234567'} | {'code':2,'msg':'Invalid request: request ID must be an unsigned integer'}",
                "{'method':'SUBSCRIBE','params':['a'],'id':true}           | {'code':2,'msg':'Invalid request: request ID must be an unsigned integer'}",
                "{'method':'SUBSCRIBE','params':['a']}                     | {'code':2,'msg':'Invalid request: request ID must be an unsigned integer'}",
                "{'method':'SUBSCRIBE','params':[1],'id':1}                | {'code':2,'msg':'Invalid request: stream name must be a string'}",
                "{'method':'UNSUBSCRIBE','params':[1],'id':1}              | {'code':2,'msg':'Invalid request: stream name must be a string'}",
                "{'method':'SUBSCRIB','params':['a'],'id':1}               | {'code':2,'msg':'Invalid request: unknown variant \\'SUBSCRIB\\', expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 10'}",
                "{'params':['a'],'id':1}                                   | {'code':2,'msg':'Invalid request: missing field `method` at line 1 column 23'}",
                "[1]                                                       | {'code':2,'msg':'Invalid request: expected an object'}",
                // 3
                "{'method':}                                               | {'code':3,'msg':'Invalid JSON: expected value at line 1 column 11'}",
                "{'id':1} x                                                | {'code':3,'msg':'Invalid JSON: expected value at line 1 column 11'}",
            })
    void shouldAnswerAsDocumented(String request, String reply) {
        assertThat(session.handle(request.replace('\'', '"'))).hasValue(reply.replace('\'', '"'));
    }

    @Test
    void shouldCallAnEmptyTextInvalidJson() {
        assertThat(session.handle(""))
                .hasValue("{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column 1\"}");
    }

    @Test
    void shouldListWhatIsSubscribed() {
        session.subscribe(List.of("b@trade"));
        session.handle("{\"method\":\"SUBSCRIBE\",\"params\":[\"a@trade\",\"b@trade\"],\"id\":1}");
        session.handle("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"b@trade\"],\"id\":2}");

        assertThat(session.handle("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}"))
                .hasValue("{\"result\":[\"a@trade\"],\"id\":3}");
    }

    @Test
    void shouldRememberTheCombinedProperty() {
        session.handle("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":5}");

        assertThat(session.handle("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":6}"))
                .hasValue("{\"result\":true,\"id\":6}");
        assertThat(session.isCombined()).isTrue();
    }

    @Test
    void shouldRefuseMoreStreamsThanAllowedAsAWhole() {
        assertThat(session.subscribe(List.of("a", "b", "c"))).isTrue();
        assertThat(session.handle("{\"method\":\"SUBSCRIBE\",\"params\":[\"a\",\"c\"],\"id\":1}"))
                .as("known streams do not count twice")
                .isPresent();
        assertThat(session.handle("{\"method\":\"SUBSCRIBE\",\"params\":[\"d\"],\"id\":1}"))
                .isEmpty();
        assertThat(session.streams()).containsExactly("a", "b", "c");
    }
}
