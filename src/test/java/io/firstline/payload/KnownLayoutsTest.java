package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KnownLayoutsTest {
    private final KnownLayouts layouts = new KnownLayouts();
    private final JsonScanner json = new JsonScanner();
    private int inFull;

    /** Reads a message with one member, as a {@link KeyReader} does; returns whether its layout was known. */
    private boolean reads(String name) {
        byte[] text = ("{\"" + name + "\":1}").getBytes(StandardCharsets.UTF_8);
        json.over(text, text.length);
        KnownLayouts.Step before = layouts.start();
        if (before == null) {
            inFull++;
            return false;
        }
        KnownLayouts.Step first = before.next(json, 0, text.length);
        if (first != null && first.next(json, text.length - 1, 1) != null) {
            layouts.matched();
            return true;
        }
        layouts.record();
        layouts.value(null, text.length - 2, text.length - 1, '}');
        layouts.learn(text, 0, text.length, true);
        return false;
    }

    private int readsInTurn(String names, int distinct, int times) {
        int known = 0;
        for (int i = 0; i < times; i++) {
            known += reads(names + i % distinct) ? 1 : 0;
        }
        return known;
    }

    @Test
    void shouldLearnTheLayoutsOfOtherStreamsThatAFeedHasLater() {
        assertThat(readsInTurn("a", 6, 2_000)).isEqualTo(2_000 - 6);

        assertThat(readsInTurn("other", 6, 10_000)).isGreaterThan(10_000 - 1_100);
        assertThat(reads("other5")).isTrue();
        assertThat(inFull).isZero();
    }

    @Test
    void shouldRestWhereFewMessagesAreAlike() {
        for (int i = 0; i < 60_000; i++) {
            reads("name" + i);
        }

        assertThat(inFull).isGreaterThan(55_000);
    }
}
