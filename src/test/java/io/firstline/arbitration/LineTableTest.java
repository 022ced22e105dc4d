package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineTableTest {
    private final LineTable lines = new LineTable();

    @Test
    void shouldGiveTheLowestFreeSlot() {
        Line a = lines.add(1);
        Line b = lines.add(2);
        Line c = lines.add(3);
        lines.lead(b, 0, 0);
        lines.lead(c, 0, 0);
        assertThat(lines.inStep()).isEqualTo(6);
        assertThat(lines.countInStep()).isEqualTo(2);
        lines.remove(b);
        assertThat(lines.inStep()).isEqualTo(4);
        assertThat(lines.at(1)).isNull();
        assertThat(lines.count()).isEqualTo(2);
        Line next = lines.add(4);
        assertThat(next.slot).isEqualTo(1);
        assertThat(next.floorNanos).isEqualTo(4);
        assertThat(lines.at(1)).isSameAs(next);
        assertThat(next.inStep()).isFalse();
        assertThat(a.inStep()).isFalse();
    }

    /** A line that was not in step may have been anywhere: its place begins anew. */
    @Test
    void shouldLeadFromNowOn() {
        Line line = lines.add(0);
        line.placeIn(1, 5);
        line.fellBehind = true;
        lines.lead(line, 9, 70);
        assertThat(line.inStep()).isTrue();
        assertThat(line.placeIn(1)).isZero();
        assertThat(line.leadingAfter).isEqualTo(9);
        assertThat(line.leadingSinceNanos).isEqualTo(70);
        assertThat(line.fellBehind).isFalse();
    }

    @Test
    void shouldTrustAndDistrustTheFiguresOfAllLines() {
        lines.add(0);
        Line b = lines.add(0);
        lines.remove(lines.at(0));
        b.lost(0, 2, false);
        lines.trust();
        b.lost(0, 3, false);
        lines.distrust();
        assertThat(b.losses).isEqualTo(2);
    }
}
