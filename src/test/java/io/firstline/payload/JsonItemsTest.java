package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonItemsTest {
    private final JsonItems items = new JsonItems();
    private int cut;

    private List<String> parts(String message, String pointer) {
        byte[] bytes = ("##" + message + "##").getBytes(StandardCharsets.UTF_8);
        Payload whole = new Payload().over(bytes, 2, bytes.length - 4, true);
        cut = items.cut(whole, MessageItems.Path.of(pointer));
        int count = cut;
        List<String> parts = new ArrayList<>();
        Payload part = new Payload();
        for (int i = 0; i < count; i++) {
            items.message(i, part);
            parts.add(new String(part.array(), part.from(), part.length(), StandardCharsets.UTF_8));
        }
        return parts;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2]                                | ''            | [1];[2]",
                " [ {\"a\":1} , {\"a\":[2,3]} ] | ''            | [ {\"a\":1} ];[ {\"a\":[2,3]} ]",
                "{\"d\":[1,2,3],\"e\":[4,5]}          | /d            | {\"d\":[1],\"e\":[4,5]};{\"d\":[2],\"e\":[4,5]};{\"d\":[3],\"e\":[4,5]}",
                "{\"e\":\"],[\",\"d\":[\"a,b\",\"]\"]} | /d            | {\"e\":\"],[\",\"d\":[\"a,b\"]};{\"e\":\"],[\",\"d\":[\"]\"]}",
                "{\"v\":[{\"t\":[]},{\"t\":[7,8]}]}    | /v/1/t        | {\"v\":[{\"t\":[]},{\"t\":[7]}]};{\"v\":[{\"t\":[]},{\"t\":[8]}]}",
                "{\"a/b\":{\"~\":[1,2]}}               | /a~1b/~0      | {\"a/b\":{\"~\":[1]}};{\"a/b\":{\"~\":[2]}}",
            })
    void shouldCut(String message, String pointer, String expected) {
        assertThat(parts(message, pointer)).containsExactly(expected.strip().split(";"));
    }

    @Test
    void shouldFindOneItem() {
        assertThat(parts("{\"d\":[ 1 ]}", "/d")).containsExactly("{\"d\":[ 1 ]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"d\":[]}",
                "{\"d\":{\"x\":1}}",
                "{\"d\":\"[1,2]\"}",
                "{\"e\":[1,2]}",
                "[1,2]",
                "{\"d\":[1,2",
                "{\"d\":[1 2]}",
                "{\"d\":[1,]}",
                "{\"d\"",
                "{\"d\":",
                "{1:2}",
                "\"d\"",
                ""
            })
    void shouldLeaveWhole(String message) {
        assertThat(parts(message, "/d")).isEmpty();
    }

    /** Whatever a server sends: the parts of a message stay a small multiple of it. */
    @Test
    void shouldBoundTheParts() {
        String around = "\"x\":\"" + "y".repeat(1_000) + "\"";
        assertThat(parts("{" + around + ",\"d\":[" + "1,".repeat(50) + "1]}", "/d"))
                .hasSize(51);
        assertThat(parts("{" + around + ",\"d\":[" + "1,".repeat(500) + "1]}", "/d"))
                .isEmpty();
        assertThat(cut).isEqualTo(MessageItems.WHOLE);
        assertThat(parts("[" + "1,".repeat(MessageItems.MAX_ITEMS - 1) + "1]", ""))
                .hasSize(MessageItems.MAX_ITEMS);
        assertThat(parts("[" + "1,".repeat(MessageItems.MAX_ITEMS) + "1]", "")).isEmpty();
    }

    /** A part is no longer than its message, and the memory for long parts is not kept. */
    @Test
    void shouldNotKeepTheMemoryOfALargeMessage() {
        Payload part = new Payload();
        String large = "{\"d\":[1,\"" + "y".repeat(2 << 20) + "\"]}";
        cut(large, "/d");
        items.message(0, part);
        items.message(1, part);
        assertThat(part.array().length).isLessThanOrEqualTo(large.length() + 1);
        cut("{\"d\":[1,2]}", "/d");
        items.message(0, part);
        assertThat(part.array().length).isLessThan(100);
    }

    private void cut(String message, String pointer) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        cut = items.cut(new Payload().over(bytes, 0, bytes.length, true), MessageItems.Path.of(pointer));
    }

    @Test
    void shouldBearWhateverArrives() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("[json items] seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        String message = "{\"v\":[{\"t\":[]},{\"t\":[7,\"a\\\"]\",{\"d\":null}]}],\"d\":[true,1.5e3,[1,[2]]]}";
        for (int run = 0; run < 20_000; run++) {
            StringBuilder text = new StringBuilder(message);
            for (int change = random.nextInt(4); change >= 0; change--) {
                text.setCharAt(random.nextInt(text.length()), "{}[],:\"\\1 ".charAt(random.nextInt(10)));
            }
            text.setLength(random.nextInt(text.length()) + 1);
            for (String pointer : List.of("", "/d", "/v/1/t", "/v/-1")) {
                for (String part : parts(text.toString(), pointer)) {
                    assertThat(part).hasSizeLessThanOrEqualTo(text.length());
                }
            }
        }
    }

    @Test
    void shouldHashAnItemAlone() {
        parts("{\"t\":1,\"d\":[{\"i\":1},{\"i\":2}]}", "/d");
        long second = items.hash(1);
        parts("{\"t\":2,\"d\":[{\"i\":2},{\"i\":3},{\"i\":4}]}", "/d");

        assertThat(items.hash(0)).isEqualTo(second).isNotEqualTo(items.hash(1));
    }
}
