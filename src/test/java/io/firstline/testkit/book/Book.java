package io.firstline.testkit.book;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The quantities of an order book by price. Numbers keep their decimals as sent.
 *
 * @param bids best first
 * @param asks best first
 */
public record Book(NavigableMap<BigDecimal, BigDecimal> bids, NavigableMap<BigDecimal, BigDecimal> asks) {

    static Book empty() {
        return new Book(new TreeMap<>(Comparator.reverseOrder()), new TreeMap<>());
    }

    /** A book of two arrays of levels; each level is {@code [price, quantity, …]} or {@code {"price":…,"qty":…}}. */
    public static Book of(JsonNode bids, JsonNode asks) {
        Book book = empty();
        book.apply(bids, asks);
        return book;
    }

    /** The book in an answer of {@code /api/v3/depth}. */
    public static Book ofRest(String answer) {
        JsonNode json = BookBuilder.read(answer);
        return of(json.path("bids"), json.path("asks"));
    }

    /** Sets the quantities of these levels; quantity 0 removes the level. */
    void apply(JsonNode changedBids, JsonNode changedAsks) {
        changedBids.forEach(level -> apply(bids, level));
        changedAsks.forEach(level -> apply(asks, level));
    }

    private static void apply(Map<BigDecimal, BigDecimal> side, JsonNode level) {
        BigDecimal price = decimal(level.isArray() ? level.path(0) : level.path("price"));
        BigDecimal quantity = decimal(level.isArray() ? level.path(1) : level.path("qty"));
        if (quantity.signum() == 0) {
            side.remove(price);
        } else {
            side.put(price, quantity);
        }
    }

    private static BigDecimal decimal(JsonNode number) {
        return number.isTextual() ? new BigDecimal(number.textValue()) : number.decimalValue();
    }

    void truncate(int levels) {
        for (NavigableMap<?, ?> side : List.of(bids, asks)) {
            while (side.size() > levels) {
                side.pollLastEntry();
            }
        }
    }

    /** A copy with at most this many levels on each side. */
    public Book top(int levels) {
        Book top = empty();
        top.bids.putAll(bids);
        top.asks.putAll(asks);
        top.truncate(levels);
        return top;
    }

    /** What differs between two books, a text for each level with both quantities; empty if they have the same levels. */
    public static List<String> differences(Book one, Book other) {
        List<String> found = new ArrayList<>();
        differences("bid", one.bids, other.bids, found);
        differences("ask", one.asks, other.asks, found);
        return found;
    }

    private static void differences(
            String side, Map<BigDecimal, BigDecimal> one, Map<BigDecimal, BigDecimal> other, List<String> found) {
        TreeSet<BigDecimal> prices = new TreeSet<>(one.keySet());
        prices.addAll(other.keySet());
        for (BigDecimal price : prices) {
            BigDecimal left = one.getOrDefault(price, BigDecimal.ZERO);
            BigDecimal right = other.getOrDefault(price, BigDecimal.ZERO);
            if (left.compareTo(right) != 0) {
                found.add(side + " " + price + ": " + left + " and " + right);
            }
        }
    }
}
