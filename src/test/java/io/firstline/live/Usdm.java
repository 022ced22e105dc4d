package io.firstline.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * USD-M futures' events, every field required but for the three that the documentation adds only some of the time: {@code st} and
 * {@code ps} (since the venue prepares for coin-margined contracts) and {@code nq} (aggregate trades, quantity without retail price
 * improvement). Those may be there or not; if they are, {@link StrictJson} checks their types.
 */
final class Usdm {
    private Usdm() {}

    /** {@code @bookTicker}. */
    record BookTicker(
            @JsonProperty("e") String type,
            @JsonProperty("u") long id,
            @JsonProperty("E") long eventMs,
            @JsonProperty("T") long matchMs,
            @JsonProperty("s") String symbol,
            @JsonProperty("b") String bid,
            @JsonProperty("B") String bidQuantity,
            @JsonProperty("a") String ask,
            @JsonProperty("A") String askQuantity)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.quoteProblems(bid, bidQuantity, ask, askQuantity);
        }
    }

    /** {@code @trade}: undocumented, but served; {@code X = NA} marks placeholders without price and quantity. */
    record Trade(
            @JsonProperty("e") String type,
            @JsonProperty("E") long eventMs,
            @JsonProperty("T") long tradeMs,
            @JsonProperty("s") String symbol,
            @JsonProperty("t") long id,
            @JsonProperty("p") String price,
            @JsonProperty("q") String quantity,
            @JsonProperty("X") String kind,
            @JsonProperty("m") boolean buyerIsMaker)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.tradeProblems(price, quantity, kind.equals("NA"));
        }
    }

    /** {@code @aggTrade}, on the {@code /market} route. */
    record AggTrade(
            @JsonProperty("e") String type,
            @JsonProperty("E") long eventMs,
            @JsonProperty("a") long id,
            @JsonProperty("s") String symbol,
            @JsonProperty("p") String price,
            @JsonProperty("q") String quantity,
            @JsonProperty("f") long firstTradeId,
            @JsonProperty("l") long lastTradeId,
            @JsonProperty("T") long tradeMs,
            @JsonProperty("m") boolean buyerIsMaker)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.tradesProblems(price, quantity, firstTradeId, lastTradeId);
        }
    }

    /** {@code @depth@100ms}. */
    record Depth(
            @JsonProperty("e") String type,
            @JsonProperty("E") long eventMs,
            @JsonProperty("T") long matchMs,
            @JsonProperty("s") String symbol,
            @JsonProperty("U") long firstId,
            @JsonProperty("u") long id,
            @JsonProperty("pu") long previousId,
            @JsonProperty("b") List<List<String>> bids,
            @JsonProperty("a") List<List<String>> asks)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.depthProblems(bids, asks, firstId, id);
        }
    }
}
