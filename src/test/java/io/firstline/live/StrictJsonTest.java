package io.firstline.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The strict decoding of group 5 can fail, and its rules for prices and quantities hold. */
class StrictJsonTest {
    private static final String TRADE =
            "{'e':'trade','E':123456789,'T':123456785,'s':'BTCUSDT','t':5933014,'p':'0.001',"
                    + "'q':'100','X':'MARKET','m':true}";
    private static final String TICKER =
            "{'u':400900217,'s':'BNBUSDT','b':'25.35190000','B':'31.21000000','a':'25.36520000','A':'40.66000000'}";
    private static final String AGGREGATE =
            "{'e':'aggTrade','E':123456789,'a':5933014,'s':'BTCUSDT','p':'0.001','q':'100',"
                    + "'nq':'100','f':100,'l':105,'T':123456785,'m':true,'st':1}";

    private static Event decode(Entrance entrance, String stream, String data) throws JsonProcessingException {
        String text = "{'stream':'" + stream + "','data':" + data + "}";
        return StrictJson.decode(
                StrictJson.envelope(text.replace('\'', '"')).data(), StrictJson.typeOf(entrance, stream));
    }

    private static Event trade(String data) throws JsonProcessingException {
        return decode(Entrance.USDM_PUBLIC, "btcusdt@trade", data);
    }

    @Test
    void shouldDecodeWhatIsDocumented() throws JsonProcessingException {
        assertThat(trade(TRADE).problems()).isEmpty();
        assertThat(decode(Entrance.SPOT, "bnbusdt@bookTicker", TICKER).symbol()).isEqualTo("BNBUSDT");
        assertThat(decode(Entrance.USDM_MARKET, "btcusdt@aggTrade", AGGREGATE).id())
                .isEqualTo(5_933_014);
    }

    @Test
    void shouldTakeTheOptionalFieldsOnlyWithTheirTypes() throws JsonProcessingException {
        assertThat(trade(TRADE.replace("}", ",'st':1,'ps':'BTCUSDT'}")).problems())
                .isEmpty();
        assertThatThrownBy(() -> trade(TRADE.replace("}", ",'st':'1'}"))).hasMessageContaining("st is a STRING");
        assertThatThrownBy(() -> decode(Entrance.SPOT, "b@bookTicker", TICKER.replace("}", ",'st':1}")))
                .hasMessageContaining("Unrecognized field \"st\"");
        assertThatThrownBy(() -> trade(TRADE.replace("}", ",'nq':'1'}")))
                .as("an aggregate trade's field")
                .hasMessageContaining("Unrecognized field \"nq\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'m':true     | 'm':true,'new':1 | Unrecognized field \"new\"",
                "'t':5933014, |                  | Missing creator property 't'",
                "'m':true     | 'm':null         | Cannot map `null`",
                "'t':5933014  | 't':'5933014'    | Cannot coerce String",
                "'t':5933014  | 't':5933014.5    | Floating-point value",
                "'p':'0.001'  | 'p':0.001        | Cannot coerce Float",
                "'m':true     | 'm':'true'       | Cannot coerce String",
                "'m':true     | 'm':1            | Cannot coerce Integer",
                "'m':true     | 'm':true,'m':true| Duplicate",
            })
    void shouldFailOnWhateverIsNotDocumented(String found, String replaced, String problem) {
        assertThatThrownBy(() -> trade(TRADE.replace(found, replaced == null ? "" : replaced)))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'stream':'a@trade'}", "{'stream':'a@trade','data':{},'id':1}", "{'result':null,'id':1}"})
    void shouldFailOnAnotherEnvelope(String text) {
        assertThatThrownBy(() -> StrictJson.envelope(text.replace('\'', '"')))
                .isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "MARKET, 0.001, 100, true",
        "NA,     0,     0,   true",
        "MARKET, 0,     0,   false",
        "MARKET, 0.001, 0,   false",
        "NA,     0.001, 0,   false",
        "NA,     0,     1,   false",
        "MARKET, -1,    1,   false",
    })
    void shouldAllowNothingForATradeButInAPlaceholder(String kind, String price, String quantity, boolean sound)
            throws JsonProcessingException {
        Event trade = trade(TRADE.replace("MARKET", kind)
                .replace("'p':'0.001'", "'p':'" + price + "'")
                .replace("'q':'100'", "'q':'" + quantity + "'"));

        assertThat(trade.problems().isEmpty()).as("%s", trade.problems()).isEqualTo(sound);
    }

    @ParameterizedTest
    @CsvSource({"25.4, 25.3, false", "25.3, 25.3, true", "25.2, 25.3, true", "0, 25.3, false"})
    void shouldWantTheBidNotAboveTheAsk(String bid, String ask, boolean sound) {
        assertThat(Event.quoteProblems(bid, "1", ask, "1").isEmpty()).isEqualTo(sound);
    }
}
