package io.firstline.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.Venue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proposals for messages of venues of several shapes. */
class VenueProposalTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 28);
    private static final long START_MS = 1_790_000_000_000L;

    @TempDir
    Path folder;

    private final ObservedMessages observed = new ObservedMessages();

    private void add(int connection, String text, Object... values) {
        String message = String.format(Locale.ROOT, text.replace('\'', '"'), values);
        observed.add("c" + connection, message.getBytes(StandardCharsets.UTF_8), true);
    }

    private void onThreeConnections(IntConsumer messages) {
        for (int connection = 0; connection < 3; connection++) {
            messages.accept(connection);
        }
    }

    /** The messages part of the proposed profile, which Firstline must accept. */
    private JsonObject learned() throws IOException {
        JsonObject profile = VenueProposal.of(observed).profile("wss://venue.example.com/ws", TODAY);
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(folder.resolve("venues/learned.json"), profile.encode());
        assertThat(Venue.find("learned", folder).format().naming().isNone()).isFalse();
        assertThat(profile.getString("checked")).isEqualTo("2026-11-28");
        return profile.getJsonObject("messages");
    }

    private static JsonObject type(JsonObject messages, String name) {
        JsonObject type = messages.getJsonObject("classes").getJsonObject(name);
        assertThat(type).as(name + " in " + messages.encode()).isNotNull();
        return type;
    }

    private static JsonArray texts(String... texts) {
        return new JsonArray(List.of(texts));
    }

    private static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }

    @Test
    void shouldFindBooksThatNameTheMessageBefore() throws IOException {
        onThreeConnections(c -> {
            for (String instrument : List.of("BTC-USDT", "ETH-USDT")) {
                add(
                        c,
                        "{'id':'%d','event':'subscribe','arg':{'channel':'books','instId':'%s'},'connId':'a%d'}",
                        c,
                        instrument,
                        c);
                add(
                        c,
                        "{'arg':{'channel':'books','instId':'%s'},'action':'snapshot','data':[{'asks':[['1.5','2']],'ts':'%d','seqId':%d,'prevSeqId':-1}]}",
                        instrument,
                        START_MS + c,
                        100 + 3 * c);
            }
            for (int i = c; i < 60; i++) {
                for (String instrument : List.of("BTC-USDT", "ETH-USDT")) {
                    add(
                            c,
                            "{'arg':{'channel':'books','instId':'%s'},'action':'update','data':[{'asks':[['1.%d','2']],'ts':'%d','seqId':%d,'prevSeqId':%d}]}",
                            instrument,
                            i,
                            START_MS + 3 + i / 2,
                            103 + 3 * i,
                            100 + 3 * i);
                }
            }
            add(c, "pong");
        });

        JsonObject messages = learned();

        assertThat(messages.getJsonArray("stream")).isEqualTo(texts("/arg/channel", "/arg/instId"));
        assertThat(messages.getJsonArray("control"))
                .isEqualTo(new JsonArray().add("pong").add(json("{'at':'/event'}")));
        assertThat(messages.getJsonObject("eventTime")).isEqualTo(json("{'at':['/data/0/ts'],'unit':'ms'}"));
        JsonObject books = type(messages, "books");
        assertThat(books.getString("match")).isEqualTo("^books( |$)");
        assertThat(books.getJsonObject("sequence").getString("link")).isEqualTo("previous");
        assertThat(books.getJsonObject("sequence").getJsonArray("reset"))
                .isEqualTo(new JsonArray().add(json("{'at':'/action','is':['snapshot']}")));
        assertThat(books.getJsonObject("sequence").getJsonArray("previous").getString(0))
                .endsWith("/prevSeqId");
        assertThat(books.getJsonArray("key").getString(0)).endsWith("/seqId");
    }

    @Test
    void shouldFindRangesOfNumbersAndInstrumentsWithinNames() throws IOException {
        onThreeConnections(c -> {
            add(c, "{'result':null,'id':%d}", 7 + c);
            long last = 1_000;
            for (int i = 0; i < 50; i++) {
                for (String symbol : List.of("btcusdt", "ethusdt")) {
                    add(
                            c,
                            "{'stream':'%s@depth','data':{'e':'depthUpdate','E':%d,'s':'%s','U':%d,'u':%d,'b':[['1.%d','3']]}}",
                            symbol,
                            START_MS + i,
                            symbol.toUpperCase(Locale.ROOT),
                            last + 1,
                            last + 1 + i % 4,
                            i);
                    add(
                            c,
                            "{'stream':'%s@trade','data':{'e':'trade','E':%d,'s':'%s','t':%d,'p':'2.%d'}}",
                            symbol,
                            START_MS + i,
                            symbol.toUpperCase(Locale.ROOT),
                            70 + i,
                            i);
                }
                last += 1 + i % 4;
            }
        });

        JsonObject messages = learned();

        assertThat(messages.getJsonArray("stream")).isEqualTo(texts("/stream"));
        assertThat(messages.getJsonArray("control")).isEqualTo(new JsonArray().add(json("{'at':'/id'}")));
        assertThat(type(messages, "depth"))
                .isEqualTo(json("{'match':'^[^ ]+@depth$','key':['/data/U','/data/u'],'sequence':"
                        + "{'link':'plus-one','last':['/data/u'],'first':['/data/U']}}"));
        assertThat(type(messages, "trade"))
                .isEqualTo(json("{'match':'^[^ ]+@trade$','key':['/data/t'],'sequence':"
                        + "{'link':'plus-one','last':['/data/t']}}"));
    }

    @Test
    void shouldIgnoreWhatEachConnectionGetsAnew() throws IOException {
        onThreeConnections(c -> {
            int number = c;
            for (int i = 0; i < 100; i++) {
                number += 1 + c;
                add(
                        c,
                        "{'type':'channel_data','connection_id':'c0ffee00-%d','message_id':%d,'channel':'v3_book','id':'%s','contents':{'bids':[['%d.5','1']]}}",
                        c,
                        number + 100_000,
                        i % 2 == 0 ? "BTC-USD" : "ETH-USD",
                        i);
            }
        });

        JsonObject messages = learned();

        assertThat(messages.getJsonArray("stream")).isEqualTo(texts("/channel", "/id"));
        assertThat(type(messages, "v3-book"))
                .as("a number of the connection proves nothing about the stream")
                .isEqualTo(json("{'match':'^v3_book( |$)','ignore':['/connection_id','/message_id']}"));
    }

    @Test
    void shouldFindArraysThatConnectionsGroupDifferently() throws IOException {
        onThreeConnections(c -> {
            for (int i = 0; i < 120; i += 1 + c) {
                JsonArray trades = new JsonArray();
                for (int k = i; k <= i + c && k < 120; k++) {
                    trades.add(new JsonObject().put("i", 5_000 + k).put("p", "1." + k));
                }
                add(c, "{'topic':'trade.BTCUSDT','data':%s}", trades.encode());
            }
        });

        JsonObject messages = learned();

        assertThat(type(messages, "trade"))
                .isEqualTo(
                        json("{'match':'^trade\\\\.[^ ]+$','key':['/data/0/i','/data/-1/i'],'items':'/data','sequence':"
                                + "{'link':'plus-one','last':['/data/-1/i'],'first':['/data/0/i']}}"));
    }

    @Test
    void shouldSayWhatWouldArriveSeveralTimes() throws IOException {
        Random random = new Random(1);
        onThreeConnections(c -> {
            for (int i = 0; i < 60; i++) {
                add(c, "{'ch':'book','symbol':'ABC','p':[[%f,%f]]}", random.nextDouble(), random.nextDouble());
            }
        });

        learned();

        assertThat(VenueProposal.of(observed).evidence())
                .anyMatch(line -> line.startsWith("book: no key was found, and the bytes differ"));
    }

    @Test
    void shouldNameStreamsAtTheEndOfArrays() throws IOException {
        onThreeConnections(c -> {
            add(c, "{'connectionID':%d,'event':'systemStatus','status':'online'}", 10 + c);
            for (int i = 0; i < 40; i++) {
                add(c, "[%d,{'a':[['%d.1','1.0']]},'book-10','%s']", i % 2, i, i % 2 == 0 ? "XBT/USD" : "ETH/EUR");
            }
        });

        JsonObject messages = learned();

        assertThat(messages.getJsonArray("stream")).isEqualTo(texts("/-2", "/-1"));
        assertThat(messages.getJsonArray("control")).isEqualTo(new JsonArray().add(json("{'at':'/event'}")));
        assertThat(messages.containsKey("classes")).as("bytes are all there is").isFalse();
    }

    @Test
    void shouldJoinNamesThatEndDifferently() throws IOException {
        onThreeConnections(c -> {
            for (int i = 0; i < 20; i++) {
                for (String pair : List.of("btcusd", "etheur")) {
                    add(
                            c,
                            "{'channel':'diff_book_%s','data':{'microtimestamp':'%d','bids':[['1.0','2']]}}",
                            pair,
                            (START_MS + i) * 1_000);
                }
            }
        });

        JsonObject book = type(learned(), "diff-book");

        assertThat(book.getString("match")).isEqualTo("^diff_book_");
        assertThat(book.getJsonObject("sequence").getString("link")).isEqualTo("increasing");
        assertThat(book.containsKey("key"))
                .as("two messages may have the same time")
                .isFalse();
    }

    @Test
    void shouldReadCompressedMessages() throws IOException {
        for (int i = 0; i < 30; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
                gzip.write(("{\"ch\":\"trade\",\"symbol\":\"ABC\",\"id\":" + (10 + i) + "}")
                        .getBytes(StandardCharsets.UTF_8));
            }
            observed.add("c", bytes.toByteArray(), false);
        }
        observed.add("c", new byte[] {1, 2, 3}, false);

        JsonObject messages = learned();

        assertThat(messages.getString("payload")).isEqualTo("gzip");
        assertThat(type(messages, "trade").getJsonArray("key")).isEqualTo(texts("/id"));
        assertThat(VenueProposal.of(observed).evidence().get(0)).endsWith("0 more not kept, 1 unreadable");
        assertThat(VenueProposal.of(observed).evidence()).anyMatch(line -> line.startsWith("only one connection"));
    }

    @Test
    void shouldKeepABoundedNumberOfMessages() {
        byte[] small = "{}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < ObservedMessages.MAX_MESSAGES + 5; i++) {
            observed.add("c", small, true);
        }
        for (int connection = 0; connection < 40; connection++) {
            observed.add("more" + connection, small, true);
        }
        observed.add("more1", new byte[2 << 20], true);

        assertThat(observed.isFull()).isFalse();
        assertThat(observed.connections()).isEqualTo(32);
        assertThat(observed.messages()).isEqualTo(ObservedMessages.MAX_MESSAGES + 31);
        assertThat(observed.left()).isEqualTo(5 + 9 + 1);
    }
}
