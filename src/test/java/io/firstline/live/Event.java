package io.firstline.live;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A market event as a test sees it: decoded from exactly the fields that the venue documents. */
interface Event {
    /** Upper case, as in the payload. */
    String symbol();

    /** Identifies the event within its stream; never decreases there. */
    long id();

    /** The venue's field {@code E}, milliseconds since the epoch; {@link #NO_TIME} if this event has none. */
    long eventMs();

    /** The venue's promises that this event breaks; empty if it is sound. */
    List<String> problems();

    long NO_TIME = -1;

    /** Both sides of a book's top. */
    static List<String> quoteProblems(String bid, String bidQuantity, String ask, String askQuantity) {
        List<String> problems = new ArrayList<>();
        positive("bid", bid, problems);
        positive("bid quantity", bidQuantity, problems);
        positive("ask", ask, problems);
        positive("ask quantity", askQuantity, problems);
        if (new BigDecimal(bid).compareTo(new BigDecimal(ask)) > 0) {
            problems.add("bid " + bid + " is above ask " + ask);
        }
        return problems;
    }

    /** A trade; only an exchange's placeholder has price and quantity 0. */
    static List<String> tradeProblems(String price, String quantity, boolean placeholder) {
        List<String> problems = new ArrayList<>();
        if (placeholder) {
            zero("price of a placeholder", price, problems);
            zero("quantity of a placeholder", quantity, problems);
        } else {
            positive("price", price, problems);
            positive("quantity", quantity, problems);
        }
        return problems;
    }

    /** Several trades at one price. */
    static List<String> tradesProblems(String price, String quantity, long firstId, long lastId) {
        List<String> problems = tradeProblems(price, quantity, false);
        if (firstId > lastId) {
            problems.add("first trade " + firstId + " is after last trade " + lastId);
        }
        return problems;
    }

    /** The changes of a book. */
    static List<String> depthProblems(List<List<String>> bids, List<List<String>> asks, long firstId, long lastId) {
        List<String> problems = levelProblems(bids);
        problems.addAll(levelProblems(asks));
        if (firstId > lastId) {
            problems.add("first update " + firstId + " is after last update " + lastId);
        }
        return problems;
    }

    /** A part of a book: levels of price and quantity, where quantity 0 removes the level. */
    private static List<String> levelProblems(List<List<String>> levels) {
        List<String> problems = new ArrayList<>();
        for (List<String> level : levels) {
            if (level.size() != 2) {
                problems.add("a level is [price, quantity], found " + level);
            } else {
                positive("price of a level", level.get(0), problems);
                if (new BigDecimal(level.get(1)).signum() < 0) {
                    problems.add("quantity of a level is " + level.get(1));
                }
            }
        }
        return problems;
    }

    private static void positive(String what, String value, List<String> problems) {
        if (new BigDecimal(value).signum() <= 0) {
            problems.add(what + " is " + value);
        }
    }

    private static void zero(String what, String value, List<String> problems) {
        if (new BigDecimal(value).signum() != 0) {
            problems.add(what + " is " + value);
        }
    }
}
