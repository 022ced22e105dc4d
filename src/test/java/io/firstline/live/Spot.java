package io.firstline.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** Spot's events, every field required (binance-spot-api-docs, web-socket-streams.md). */
final class Spot {
    private Spot() {}

    /** {@code @bookTicker}: has neither an event type nor a time. */
    record BookTicker(
            @JsonProperty("u") long id,
            @JsonProperty("s") String symbol,
            @JsonProperty("b") String bid,
            @JsonProperty("B") String bidQuantity,
            @JsonProperty("a") String ask,
            @JsonProperty("A") String askQuantity)
            implements Event {
        @Override
        public long eventMs() {
            return NO_TIME;
        }

        @Override
        public List<String> problems() {
            return Event.quoteProblems(bid, bidQuantity, ask, askQuantity);
        }
    }

    /** {@code @trade}. */
    record Trade(
            @JsonProperty("e") String type,
            @JsonProperty("E") long eventMs,
            @JsonProperty("s") String symbol,
            @JsonProperty("t") long id,
            @JsonProperty("p") String price,
            @JsonProperty("q") String quantity,
            @JsonProperty("T") long tradeMs,
            @JsonProperty("m") boolean buyerIsMaker,
            @JsonProperty("M") boolean ignore)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.tradeProblems(price, quantity, false);
        }
    }

    /** {@code @aggTrade}. */
    record AggTrade(
            @JsonProperty("e") String type,
            @JsonProperty("E") long eventMs,
            @JsonProperty("s") String symbol,
            @JsonProperty("a") long id,
            @JsonProperty("p") String price,
            @JsonProperty("q") String quantity,
            @JsonProperty("f") long firstTradeId,
            @JsonProperty("l") long lastTradeId,
            @JsonProperty("T") long tradeMs,
            @JsonProperty("m") boolean buyerIsMaker,
            @JsonProperty("M") boolean ignore)
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
            @JsonProperty("s") String symbol,
            @JsonProperty("U") long firstId,
            @JsonProperty("u") long id,
            @JsonProperty("b") List<List<String>> bids,
            @JsonProperty("a") List<List<String>> asks)
            implements Event {
        @Override
        public List<String> problems() {
            return Event.depthProblems(bids, asks, firstId, id);
        }
    }
}
