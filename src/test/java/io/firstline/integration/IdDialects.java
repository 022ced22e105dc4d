package io.firstline.integration;

import static io.firstline.integration.VenueDialects.objects;
import static io.firstline.integration.VenueDialects.q;
import static io.firstline.integration.VenueDialects.texts;

import io.firstline.arbitration.report.Proof;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** The servers of venues that give ids to the streams of a connection, or put their own into every message. */
final class IdDialects {
    private static final Proof COMPLETE = Proof.PROVEN_COMPLETE;
    private static final Proof NONE = Proof.UNPROVABLE;

    private IdDialects() {}

    static List<VenueDialect> all() {
        return List.of(bitfinex(), ethereum(), solana(), dydx(), polymarket(), bitvavo());
    }

    /** The id of a stream: those of two streams are swapped on each other connection. */
    private static int id(int stream, int connection) {
        return 10 + (stream + connection) % 3;
    }

    private static VenueDialect bitfinex() {
        List<String> streams = List.of("trades tBTCUSD", "book tBTCUSD P0 F0 25", "candles trade:1m:tBTCUSD");
        return VenueDialect.of("bitfinex")
                .names(request ->
                        "subscribe".equals(request.getString("event")) ? List.of(bitfinexName(request)) : List.of())
                .acks((request, named, c) -> List.of(request.copy()
                        .put("event", "subscribed")
                        .put("chanId", id(streams.indexOf(named.get(0)), c))
                        .encode()))
                .refuses(
                        "trades tNONE",
                        "symbol: invalid",
                        (request, named) -> List.of(q(
                                "{'event':'error','msg':'symbol: invalid','code':10300,'subId':'%s'}",
                                request.getString("subId"))))
                .greets(q("{'event':'info','version':2,'platform':{'status':1}}"))
                .beats(q("[10,'hb',7]"), q("{'event':'conf','status':'OK','flags':65536}"), q("[11,'cs',-5,8]"))
                .warns(q("{'event':'info','code':20051,'msg':'Stopping. Please try to reconnect'}"))
                .sends(
                        streams.get(0),
                        NONE,
                        (n, c) -> q("[%d,'te',[%d,%d,0.5,60000.1],%d]", id(0, c), n, n, n + 100_000 * c))
                .after((n, c) -> q("[%d,[[%d,1,0.5,60000.1]],%d]", id(0, c), n, n + 100_000 * c))
                .sends(streams.get(1), NONE, (n, c) -> q("[%d,[%d,1,0.5],%d]", id(1, c), n, n + 100_000 * c))
                .after((n, c) -> q("[%d,[[%d,2,1],[%d,3,1]],%d]", id(1, c), n, n, n + 100_000 * c))
                .sends(streams.get(2), NONE, (n, c) -> q("[%d,[%d,1,2,3,4,5],%d]", id(2, c), n, n + 100_000 * c));
    }

    private static String bitfinexName(JsonObject request) {
        String parameters = request.containsKey("prec")
                ? " " + request.getString("prec") + " " + request.getString("freq") + " " + request.getString("len")
                : "";
        return request.getString("channel") + " " + request.getString("symbol", request.getString("key")) + parameters;
    }

    /** Two heads of each height; each other log is one that is removed again. */
    private static VenueDialect ethereum() {
        List<String> streams = List.of("newHeads", "logs 0xa", "newPendingTransactions");
        return VenueDialect.of("ethereum")
                .names(request -> "eth_subscribe".equals(request.getString("method"))
                        ? List.of(ethereumName(request.getJsonArray("params")))
                        : List.of())
                .acks((request, named, c) -> List.of(q(
                        "{'jsonrpc':'2.0','id':%s,'result':'%s'}",
                        request.getValue("id"), hex(id(streams.indexOf(named.get(0)), c)))))
                .refuses(
                        "logs 0xbad",
                        "invalid address",
                        (request, named) -> List.of(q(
                                "{'jsonrpc':'2.0','id':%s,'error':{'code':-32602,'message':'invalid address'}}",
                                request.getValue("id"))))
                .sends(
                        streams.get(0),
                        NONE,
                        (n, c) -> notice(
                                "eth_subscription", hex(id(0, c)), "{'number':'%s','hash':'0xh%d'}", hex(n / 2), n))
                .sends(
                        streams.get(1),
                        NONE,
                        (n, c) -> notice(
                                "eth_subscription",
                                hex(id(1, c)),
                                "{'blockHash':'0xb%d','logIndex':'0x1','removed':%s}",
                                n / 2,
                                n % 2 == 1))
                .sends(streams.get(2), NONE, (n, c) -> notice("eth_subscription", hex(id(2, c)), "'0xt%d'", n));
    }

    private static String ethereumName(JsonArray params) {
        return params.getString(0)
                + (params.size() > 1 ? " " + params.getJsonObject(1).getString("address") : "");
    }

    private static VenueDialect solana() {
        List<String> streams = List.of("slot", "logs KEY", "account KEY");
        return VenueDialect.of("solana")
                .names(request ->
                        request.getString("method").endsWith("Subscribe") ? List.of(solanaName(request)) : List.of())
                .acks((request, named, c) -> List.of(q(
                        "{'jsonrpc':'2.0','result':%d,'id':%s}",
                        id(streams.indexOf(named.get(0)), c), request.getValue("id"))))
                .refuses(
                        "account BAD",
                        "Invalid param",
                        (request, named) -> List.of(q(
                                "{'jsonrpc':'2.0','id':%s,'error':{'code':-32602,'message':'Invalid param'}}",
                                request.getValue("id"))))
                .sends(
                        streams.get(0),
                        NONE,
                        (n, c) -> notice("slotNotification", id(0, c), "{'slot':%d,'parent':%d}", n, n - 1))
                .sends(
                        streams.get(1),
                        NONE,
                        (n, c) -> notice(
                                "logsNotification",
                                id(1, c),
                                "{'context':{'slot':%d},'value':{'signature':'s%d','err':null}}",
                                n / 2,
                                n))
                .sends(
                        streams.get(2),
                        NONE,
                        (n, c) -> notice(
                                "accountNotification", id(2, c), "{'context':{'slot':%d},'value':{'lamports':1}}", n));
    }

    private static String solanaName(JsonObject request) {
        String kind = request.getString("method").replace("Subscribe", "");
        JsonArray params = request.getJsonArray("params");
        if (params.isEmpty()) {
            return kind;
        }
        return kind + " "
                + (params.getValue(0) instanceof JsonObject mentions
                        ? mentions.getJsonArray("mentions").getString(0)
                        : params.getString(0));
    }

    private static String hex(int number) {
        return "0x" + Integer.toHexString(number).toLowerCase(Locale.ROOT);
    }

    private static String notice(String method, Object id, String result, Object... values) {
        String json = id instanceof String ? "'" + id + "'" : String.valueOf(id);
        return q(
                "{'jsonrpc':'2.0','method':'%s','params':{'subscription':%s,'result':%s}}",
                method, json, q(result, values));
    }

    private static VenueDialect dydx() {
        return VenueDialect.of("dydx")
                .names(request -> "subscribe".equals(request.getString("type"))
                        ? List.of(request.getString("channel") + " " + request.getString("id"))
                        : List.of())
                .greets(q("{'type':'connected','connection_id':'own','message_id':0}"))
                .namelessly()
                .refuses(
                        "v4_trades NONE",
                        "Invalid subscription id",
                        (request, streams) -> List.of(
                                q(
                                        "{'type':'error','message':'Invalid subscription id for channel','connection_id':'own','message_id':9}")))
                .sends("v4_orderbook BTC-USD", NONE, (n, c) -> dydx("channel_data", "v4_orderbook", c, n))
                .after((n, c) -> dydx("subscribed", "v4_orderbook", c, n))
                .sends("v4_trades BTC-USD", NONE, (n, c) -> dydx("channel_data", "v4_trades", c, n));
    }

    private static String dydx(String type, String channel, int connection, int number) {
        return q(
                "{'type':'%s','connection_id':'own%d','message_id':%d,'id':'BTC-USD','channel':'%s','contents':{'bids':[['%d','1']]}}",
                type, connection, number + 100_000 * connection, channel, number);
    }

    private static VenueDialect polymarket() {
        return VenueDialect.of("polymarket")
                .names(request -> texts(request.getJsonArray("assets_ids")))
                .beats("PONG")
                .sends(
                        "111",
                        NONE,
                        (n, c) -> q("{'event_type':'book','asset_id':'111','hash':'h%d','timestamp':'%d'}", n, n))
                .shownAs("111 book")
                .after(n -> q("[{'event_type':'book','asset_id':'111','hash':'s%d','timestamp':'%d'}]", n, n))
                .sends(
                        "222",
                        NONE,
                        (n, c) -> q(
                                "{'market':'m','price_changes':[{'asset_id':'222','price':'0.5','size':'%d','side':'BUY','hash':'h%d'}],'timestamp':'%d','event_type':'price_change'}",
                                n, n, n))
                .shownAs("222 price_change")
                .sends(
                        "333",
                        NONE,
                        (n, c) -> q("{'event_type':'last_trade_price','asset_id':'333','timestamp':'%d'}", n))
                .shownAs("333 last_trade_price");
    }

    private static VenueDialect bitvavo() {
        return VenueDialect.of("bitvavo")
                .names(request -> "subscribe".equals(request.getString("action"))
                        ? objects(request.getJsonArray("channels"))
                                .flatMap(channel -> texts(channel.getJsonArray("markets")).stream()
                                        .map(market -> channel.getString("name") + " " + market))
                                .toList()
                        : List.of())
                .acks((request, streams) -> List.of(new JsonObject()
                        .put("event", "subscribed")
                        .put(
                                "subscriptions",
                                new JsonObject()
                                        .put(
                                                streams.get(0).split(" ", -1)[0],
                                                new JsonArray(streams.stream()
                                                        .map(stream -> stream.split(" ", -1)[1])
                                                        .toList())))
                        .encode()))
                .namelessly()
                .refuses(
                        "ticker NONE",
                        "market parameter is invalid",
                        (request, streams) -> List.of(
                                q("{'action':'subscribe','errorCode':205,'error':'market parameter is invalid.'}")))
                .sends(
                        "book BTC-EUR",
                        COMPLETE,
                        (n, c) -> q("{'event':'book','market':'BTC-EUR','nonce':%d,'bids':[],'asks':[]}", n))
                .sends(
                        "trades BTC-EUR",
                        NONE,
                        (n, c) -> q("{'event':'trade','timestamp':1,'market':'BTC-EUR','id':'t%d'}", n));
    }
}
