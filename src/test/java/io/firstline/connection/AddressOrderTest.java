package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.AddressOrder.Place;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AddressOrderTest {
    private static final InetAddress A = address("192.0.2.1");
    private static final InetAddress B = address("192.0.2.2");
    private static final InetAddress C = address("192.0.2.3");
    private static final InetAddress SIX = address("2001:db8::1");

    private final AddressOrder order = new AddressOrder();

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Place place(InetAddress address) {
        return new Place("", address);
    }

    private List<InetAddress> ordered(long now, InetAddress... found) {
        return order.ordered("", List.of(found), 10, now);
    }

    @Test
    void shouldBeginWithTheLeastUsedAndWithVersion4() {
        order.begins(place(A));

        assertThat(ordered(0, A, SIX, B)).containsExactly(B, SIX, A);

        order.begins(place(B));
        order.begins(place(SIX));
        order.ends(place(A));
        assertThat(ordered(0, SIX, A, B)).containsExactly(A, B, SIX);
    }

    @Test
    void shouldLeaveAFailedAddressAloneForLongerEachTime() {
        order.begins(place(B));
        order.failed(place(A), 0);
        assertThat(ordered(AddressOrder.LEFT_ALONE_NANOS - 1, A, B)).containsExactly(B, A);
        assertThat(ordered(AddressOrder.LEFT_ALONE_NANOS, A, B)).containsExactly(A, B);

        order.failed(place(A), 0);
        assertThat(ordered(2 * AddressOrder.LEFT_ALONE_NANOS - 1, A, B)).containsExactly(B, A);
        Stream.generate(() -> A).limit(100).forEach(again -> order.failed(place(again), 0));
        assertThat(ordered(AddressOrder.LONGEST_NANOS - 1, A, B)).containsExactly(B, A);
        assertThat(ordered(AddressOrder.LONGEST_NANOS, A, B)).containsExactly(A, B);

        order.worked(place(A));
        assertThat(ordered(0, A, B)).containsExactly(A, B);
    }

    @Test
    void shouldUseNoMoreAddressesThanWantedUnlessTheyFail() {
        order.begins(place(A));
        assertThat(order.ordered("", List.of(B, A, C), 1, 0)).containsExactly(A, B, C);
        assertThat(order.ordered("", List.of(B, A, C), 2, 0)).containsExactly(B, C, A);

        order.failed(place(A), 0);
        assertThat(order.ordered("", List.of(B, A, C), 1, 0)).containsExactly(B, C, A);
    }

    @Test
    void shouldKnowWhatAnotherLocalAddressSees() {
        order.begins(place(A));
        order.failed(place(B), 0);

        assertThat(order.ordered("eth1", List.of(A, B), 10, 0)).containsExactly(A, B);
        assertThat(order.isLeftAlone("eth1", B, 0)).isFalse();
        assertThat(order.isLeftAlone("", B, 0)).isTrue();
    }

    @Test
    void shouldForgetUnusedAddresses() {
        order.begins(place(A));
        order.failed(place(B), 0);
        for (int i = 0; i < AddressOrder.MAX_ADDRESSES; i++) {
            order.worked(place(address("10.0." + i / 256 + "." + i % 256)));
        }
        assertThat(order.isLeftAlone("", B, 0)).isFalse();
        assertThat(ordered(0, A, C)).as("one in use stays").containsExactly(C, A);
    }
}
