package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackItemsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MsgpackItems items = new MsgpackItems();
    private int cut;

    private List<byte[]> parts(byte[] message, String pointer) {
        byte[] around = new byte[message.length + 4];
        Arrays.fill(around, (byte) 0xC1);
        System.arraycopy(message, 0, around, 2, message.length);
        cut = items.cut(new Payload().over(around, 2, message.length, false), MessageItems.Path.of(pointer));
        List<byte[]> parts = new ArrayList<>();
        Payload part = new Payload();
        for (int i = 0; i < cut; i++) {
            items.message(i, part);
            assertThat(part.isText()).isFalse();
            parts.add(Arrays.copyOfRange(part.array(), part.from(), part.from() + part.length()));
        }
        return parts;
    }

    private static byte[] msgpack(String json) throws JsonProcessingException {
        return Encoded.msgpack(JSON.readValue(json, Object.class));
    }

    private static JsonNode tree(byte[] message) {
        return MsgpackTree.of(message, 0, message.length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2]                            | ''     | [1];[2]",
                "[{\"a\":1},{\"a\":[2,3]}]        | ''     | [{\"a\":1}];[{\"a\":[2,3]}]",
                "{\"d\":[1,2,3],\"e\":[4,5]}      | /d     | {\"d\":[1],\"e\":[4,5]};{\"d\":[2],\"e\":[4,5]};{\"d\":[3],\"e\":[4,5]}",
                "{\"v\":[{\"t\":[]},{\"t\":[7,8]}]} | /v/1/t | {\"v\":[{\"t\":[]},{\"t\":[7]}]};{\"v\":[{\"t\":[]},{\"t\":[8]}]}",
                "{\"a/b\":{\"~\":[1,-2.5]}}       | /a~1b/~0 | {\"a/b\":{\"~\":[1]}};{\"a/b\":{\"~\":[-2.5]}}"
            })
    void shouldCut(String message, String pointer, String expected) throws JsonProcessingException {
        List<byte[]> parts = parts(msgpack(message), pointer);

        assertThat(parts.stream().map(part -> tree(part).toString()).collect(Collectors.joining(";")))
                .isEqualTo(expected.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"d\":[]}", "{\"d\":{\"x\":1}}", "{\"e\":[1,2]}", "[1,2]", "\"d\"", "5", "{\"d\":null}", "{}"})
    void shouldLeaveWhole(String message) throws JsonProcessingException {
        assertThat(parts(msgpack(message), "/d")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "92", "9201", "ddffffffff01", "dfffffffff", "81", "8101", "81a164", "c1"})
    void shouldLeaveWhatIsMalformed(String hex) {
        for (String pointer : List.of("", "/d", "/0")) {
            assertThat(parts(HexFormat.of().parseHex(hex), pointer)).isEmpty();
        }
    }

    @Test
    void shouldBoundTheParts() {
        assertThat(parts(Encoded.msgpack(IntStream.range(0, 10_000).boxed().toList()), ""))
                .hasSize(10_000);
        assertThat(parts(Encoded.msgpack(IntStream.range(0, 10_001).boxed().toList()), ""))
                .isEmpty();
        assertThat(cut).isEqualTo(MessageItems.WHOLE);
        Map<String, Object> much = Map.of(
                "x", "y".repeat(1_000), "d", IntStream.range(0, 500).boxed().toList());
        assertThat(parts(Encoded.msgpack(much), "/d")).isEmpty();
        assertThat(cut).isEqualTo(MessageItems.WHOLE);
    }

    @Test
    void shouldHashAnItemAlone() throws JsonProcessingException {
        parts(msgpack("{\"t\":1,\"d\":[{\"i\":1},{\"i\":2}]}"), "/d");
        long second = items.hash(1);
        parts(msgpack("{\"t\":2,\"d\":[{\"i\":2},{\"i\":3},{\"i\":4}]}"), "/d");

        assertThat(items.hash(0)).isEqualTo(second).isNotEqualTo(items.hash(1));
    }

    @Test
    void shouldBearWhateverArrives() throws JsonProcessingException {
        long seed = new SplittableRandom().nextLong();
        System.out.println("[msgpack items] seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] message = msgpack("{\"v\":[{\"t\":[]},{\"t\":[7,\"a\",{\"d\":null}]}],\"d\":[true,1.5e3,[1,[2]]]}");
        for (int run = 0; run < 20_000; run++) {
            byte[] changed = Arrays.copyOf(message, random.nextInt(message.length) + 1);
            for (int change = random.nextInt(4); change >= 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            tree(changed);
            for (String pointer : List.of("", "/d", "/v/1/t", "/v/-1")) {
                assertThat(parts(changed, pointer)).allMatch(part -> part.length <= changed.length);
            }
        }
    }

    @Test
    void shouldMakeATree() {
        byte[] message = HexFormat.of()
                .parseHex("9b" + "c0" + "c2" + "05" + "ccff" + "cfffffffffffffffff" + "ca3fc00000" + "a161" + "c40162"
                        + "d40163" + "9101" + "820505a16b7f");

        assertThat(tree(message).toString())
                .isEqualTo("[null,false,5,255,18446744073709551615,1.5,\"a\",\"b\",\"\\u0001c\",[1],{\"k\":127}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c1", "91", "8101", "81a161", "0101", "ddffffffff00", "dfffffffffa16101"})
    void shouldMakeNoTreeOfWhatIsMalformed(String hex) {
        assertThat(tree(HexFormat.of().parseHex(hex)).isMissingNode()).isTrue();
    }

    @Test
    void shouldMakeNoTreeThatIsTooDeep() {
        byte[] deep = new byte[MsgpackTree.MAX_LEVELS + 2];
        Arrays.fill(deep, (byte) 0x91);
        deep[deep.length - 1] = 1;

        assertThat(tree(deep).isMissingNode()).isTrue();
        assertThat(tree(Arrays.copyOfRange(deep, 1, deep.length)).isMissingNode())
                .isFalse();
    }
}
