package io.firstline.integration;

import io.firstline.arbitration.report.Proof;
import io.firstline.integration.VenueDialect.Reply;
import io.firstline.payload.Encoded;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** The servers of all venues with a profile. */
final class VenueDialects {
    private static final Proof COMPLETE = Proof.PROVEN_COMPLETE;
    private static final Proof NONE = Proof.UNPROVABLE;

    private VenueDialects() {}

    static List<VenueDialect> all() {
        return Stream.concat(IdDialects.all().stream(), known().stream()).toList();
    }

    private static List<VenueDialect> known() {
        return List.of(
                binance("binance-spot")
                        .sends(
                                "btcusdt@trade",
                                COMPLETE,
                                (n, c) -> wrapped("btcusdt@trade", "'e':'trade','E':%d,'t':%d", n, n))
                        .sends(
                                "btcusdt@depth@100ms",
                                COMPLETE,
                                (n, c) -> wrapped(
                                        "btcusdt@depth@100ms",
                                        "'e':'depthUpdate','E':%d,'U':%d,'u':%d",
                                        n,
                                        3 * n - 2,
                                        3 * n))
                        .sends(
                                "btcusdt@aggTrade",
                                COMPLETE,
                                (n, c) -> wrapped("btcusdt@aggTrade", "'e':'aggTrade','E':%d,'a':%d", n, n))
                        .sends(
                                "btcusdt@depth10@100ms",
                                NONE,
                                (n, c) -> wrapped("btcusdt@depth10@100ms", "'lastUpdateId':%d,'bids':[]", n))
                        .sends(
                                "btcusdt@kline_1m",
                                NONE,
                                (n, c) -> wrapped("btcusdt@kline_1m", "'e':'kline','E':%d,'k':{'t':1}", n))
                        .sends(
                                "btcusdt@miniTicker",
                                NONE,
                                (n, c) -> wrapped("btcusdt@miniTicker", "'e':'24hrMiniTicker','E':%d", n))
                        .warns(q("{'stream':'!serverShutdown','data':{'e':'serverShutdown','E':1}}")),
                binanceDerivative("binance-usdm")
                        .sends(
                                "btcusdt@rpiDepth@500ms",
                                COMPLETE,
                                (n, c) -> wrapped(
                                        "btcusdt@rpiDepth@500ms", "'U':%d,'u':%d,'pu':%d", n * 5, n * 5 + 2, n * 5 - 3))
                        .sends("btcusdt@trade", COMPLETE, (n, c) -> wrapped("btcusdt@trade", "'t':%d", n))
                        .sends("btcusdt@aggTrade", COMPLETE, (n, c) -> wrapped("btcusdt@aggTrade", "'a':%d", n)),
                binanceDerivative("binance-coinm")
                        .sends("btcusdt@aggTrade", NONE, (n, c) -> wrapped("btcusdt@aggTrade", "'a':%d", n)),
                binanceDerivative("binance-options")
                        .sends(
                                "btc-261225-100000-c@optionTrade",
                                NONE,
                                (n, c) -> wrapped("btc-261225-100000-c@optionTrade", "'e':'trade','E':%d", n)),
                binanceDerivative("aster"),
                binanceDerivative("aster-spot"),
                VenueDialect.of("bitmex")
                        .names(arguments("args"))
                        .acks((request, streams) -> each(streams, "{'success':true,'subscribe':'%s','request':{}}"))
                        .namelessly()
                        .refuses(
                                "trade:NONE",
                                "Unknown table",
                                (request, streams) -> List.of(q("{'status':400,'error':'Unknown table','meta':{}}")))
                        .greets(q("{'info':'Welcome to the BitMEX Realtime API.','limit':{}}"))
                        .beats("pong")
                        .sends(
                                "trade:XBTUSD",
                                NONE,
                                (n, c) -> q(
                                        "{'table':'trade','action':'insert','data':[{'symbol':'XBTUSD','trdMatchID':'id%d'}]}",
                                        n))
                        .sends(
                                "orderBookL2:XBTUSD",
                                NONE,
                                (n, c) -> q(
                                        "{'table':'orderBookL2','action':'update','data':[{'symbol':'XBTUSD','id':%d}]}",
                                        n)),
                bybit("bybit-linear", "publicTrade.BTCUSDT"),
                bybit("bybit-inverse", "publicTrade.BTCUSD"),
                bybitOption("bybit-option", "publicTrade.BTC"),
                bybitOption("bybit-spread", "publicTrade.SOLUSDT_SOL/USDT"),
                bybit("bybit-spot", "publicTrade.ETHUSDT")
                        .sends(
                                "orderbook.full.BTCUSDT",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'topic':'orderbook.full.BTCUSDT','type':'delta','data':{'u':%d,'seq':%d}}",
                                        n, 7 * n)),
                coinbaseAdvanced(),
                VenueDialect.of("coinbase-exchange")
                        .names(request -> objects(request.getJsonArray("channels"))
                                .map(channel -> channel.getString("name") + " "
                                        + channel.getJsonArray("product_ids").getString(0))
                                .toList())
                        .acks((request, streams) -> List.of(q("{'type':'subscriptions','channels':[]}")))
                        .namelessly()
                        .refuses(
                                "matches NONE",
                                "not a valid product",
                                (request, streams) -> List.of(
                                        q(
                                                "{'type':'error','message':'Failed to subscribe','reason':'NONE is not a valid product'}")))
                        .beats(q("{'type':'heartbeat','sequence':1,'product_id':'BTC-USD'}"))
                        .sends(
                                "matches BTC-USD",
                                COMPLETE,
                                (n, c) -> q("{'type':'match','product_id':'BTC-USD','trade_id':%d}", n))
                        .sends(
                                "level2_batch BTC-USD",
                                NONE,
                                (n, c) -> q("{'type':'l2update','product_id':'BTC-USD','time':'%d'}", n))
                        .after(n -> q("{'type':'snapshot','product_id':'BTC-USD','bids':[%d]}", n)),
                VenueDialect.of("gemini-v2")
                        .names(request -> objects(request.getJsonArray("subscriptions"))
                                .map(each -> each.getString("name") + " "
                                        + each.getJsonArray("symbols").getString(0))
                                .toList())
                        .acks((request, streams) -> List.of(q("{'type':'subscription_ack'}")))
                        .beats(q("{'type':'heartbeat','timestamp':1}"))
                        .sends(
                                "l2 BTCUSD",
                                NONE,
                                (n, c) -> q("{'type':'l2_updates','symbol':'BTCUSD','changes':[%d]}", n)),
                VenueDialect.of("hitbtc-v2")
                        .names(request -> List.of(request.getString("method").replace("subscribe", "") + " "
                                + request.getJsonObject("params", new JsonObject())
                                        .getString("symbol")))
                        .acks((request, streams) -> List.of(q("{'result':true,'id':%s}", request.getValue("id"))))
                        .refuses(
                                "Ticker NONE",
                                "Symbol not found",
                                (request, streams) -> List.of(q(
                                        "{'error':{'code':2001,'message':'Symbol not found'},'id':%s}",
                                        request.getValue("id"))))
                        .sends(
                                "Orderbook ETHBTC",
                                COMPLETE,
                                (n, c) ->
                                        q("{'method':'updateOrderbook','params':{'symbol':'ETHBTC','sequence':%d}}", n))
                        .sends(
                                "Trades ETHBTC",
                                NONE,
                                (n, c) -> q("{'method':'updateTrades','params':{'symbol':'ETHBTC','data':[%d]}}", n)),
                VenueDialect.of("kraken-v1")
                        .names(request -> "subscribe".equals(request.getString("event"))
                                ? List.of(request.getJsonObject("subscription").getString("name") + " "
                                        + request.getJsonArray("pair").getString(0))
                                : List.of())
                        .acks((request, streams) -> List.of(q(
                                "{'event':'subscriptionStatus','status':'subscribed','reqid':%s}",
                                request.getValue("reqid"))))
                        .refuses(
                                "trade NO/NE",
                                "Currency pair not supported",
                                (request, streams) -> List.of(q(
                                        "{'event':'subscriptionStatus','status':'error','errorMessage':'Currency pair not supported','reqid':%s}",
                                        request.getValue("reqid"))))
                        .greets(q("{'event':'systemStatus','status':'online'}"))
                        .beats(q("{'event':'heartbeat'}"))
                        .sends("trade XBT/USD", NONE, (n, c) -> q("[0,[['%d']],'trade','XBT/USD']", n))
                        .sends("spread XBT/USD", NONE, (n, c) -> q("[0,['%d'],'spread','XBT/USD']", n)),
                kraken("kraken-v2", COMPLETE),
                kraken("kraken-unified", NONE),
                kucoin("kucoin", "/market/level2:BTC-USDT", "'sequenceStart':%d,'sequenceEnd':%d", 3),
                kucoin("kucoin-futures", "/contractMarket/level2:XBTUSDTM", "'sequence':%2$d", 1),
                VenueDialect.of("okx")
                        .names(request -> objects(request.getJsonArray("args"))
                                .map(arg -> arg.getString("channel") + " " + arg.getString("instId"))
                                .toList())
                        .acks((request, streams) -> streams.stream()
                                .map(stream -> q(
                                        "{'id':'%s','event':'subscribe','arg':%s,'connId':'own'}",
                                        request.getString("id"), okx(stream)))
                                .toList())
                        .refuses(
                                "books NONE",
                                "60018",
                                (request, streams) -> List.of(q(
                                        "{'id':'%s','event':'error','code':'60018','msg':'The spot instrument NONE does not exist','connId':'own'}",
                                        request.getString("id"))))
                        .beats("pong")
                        .warns(
                                q(
                                        "{'event':'notice','code':'64008','msg':'The connection will soon be closed','connId':'own'}"))
                        // every tenth repeats the one before: nothing has changed
                        .sends(
                                "books BTC-USDT",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'arg':%s,'action':'update','data':[{'ts':'%d','seqId':%d,'prevSeqId':%d}]}",
                                        okx("books BTC-USDT"), n, n - n / 10, n - 1 - (n - 1) / 10))
                        .after(n -> q(
                                "{'arg':%s,'action':'snapshot','data':[{'ts':'%d','seqId':%d,'prevSeqId':-1}]}",
                                okx("books BTC-USDT"), n, n - n / 10))
                        .sends(
                                "bbo-tbt BTC-USDT",
                                NONE,
                                (n, c) ->
                                        q("{'arg':%s,'data':[{'ts':'%d','seqId':%d}]}", okx("bbo-tbt BTC-USDT"), n, n))
                        .sends(
                                "trades BTC-USDT",
                                NONE,
                                (n, c) -> q("{'arg':%s,'data':[{'tradeId':'%d'}]}", okx("trades BTC-USDT"), n)),
                VenueDialect.of("hyperliquid")
                        .names(request -> "subscribe".equals(request.getString("method"))
                                ? List.of(request.getJsonObject("subscription").getString("type") + " "
                                        + request.getJsonObject("subscription").getString("coin"))
                                : List.of())
                        .acks((request, streams) ->
                                List.of(q("{'channel':'subscriptionResponse','data':%s}", request.encode())))
                        .beats(q("{'channel':'pong'}"))
                        .sends(
                                "trades BTC",
                                NONE,
                                (n, c) -> q("{'channel':'trades','data':[{'coin':'BTC','tid':%d}]}", n))
                        .sends(
                                "l2Book BTC",
                                NONE,
                                (n, c) ->
                                        q("{'channel':'l2Book','data':{'coin':'BTC','time':%d,'levels':[]}}", 500 * n))
                        .sends(
                                "activeAssetCtx BTC",
                                NONE,
                                (n, c) -> q("{'channel':'activeAssetCtx','data':{'coin':'BTC','ctx':{'n':%d}}}", n)),
                bitget("bitget", "channel", "instId", "SPOT"),
                bitget("bitget-v3", "topic", "symbol", "spot"),
                deribit("deribit", "BTC-PERPETUAL"),
                deribit("coinbase-derivatives", "BTC_USDC-PERPETUAL"),
                VenueDialect.of("poloniex-futures")
                        .names(request -> "subscribe".equals(request.getString("event"))
                                ? List.of(request.getJsonArray("channel").getString(0) + " "
                                        + request.getJsonArray("symbols").getString(0))
                                : List.of())
                        .acks((request, streams) -> List.of(q("{'event':'subscribe','channel':'%s'}", "book_lv2")))
                        .namelessly()
                        .refuses(
                                "book_lv2 NONE",
                                "Symbol not supported",
                                (request, streams) ->
                                        List.of(q("{'event':'error','message':'Symbol not supported (NONE)'}")))
                        .beats(q("{'event':'pong'}"))
                        .sends("book_lv2 BTC_USDT_PERP", COMPLETE, (n, c) -> poloniex("update", 4 * n, 4 * n - 4))
                        .after(n -> poloniex("snapshot", 4 * n, 4 * n - 4))
                        .sends(
                                "trades BTC_USDT_PERP",
                                NONE,
                                (n, c) -> q("{'channel':'trades','data':[{'s':'BTC_USDT_PERP','id':%d}]}", n)),
                VenueDialect.of("backpack")
                        .names(arguments("params"))
                        .namelessly()
                        .refuses(
                                "depth.NONE",
                                "Invalid market",
                                (request, streams) ->
                                        List.of(q("{'id':null,'error':{'code':4005,'message':'Invalid market'}}")))
                        .sends(
                                "depth.SOL_USDC",
                                COMPLETE,
                                (n, c) -> wrapped(
                                        "depth.SOL_USDC", "'e':'depth','E':%d,'U':%d,'u':%d", n, 2 * n, 2 * n + 1))
                        .sends("trade.SOL_USDC", NONE, (n, c) -> wrapped("trade.SOL_USDC", "'e':'trade','E':%d", n)),
                VenueDialect.of("bitstamp")
                        .names(request -> "bts:subscribe".equals(request.getString("event"))
                                ? List.of(request.getJsonObject("data").getString("channel"))
                                : List.of())
                        .acks((request, streams) ->
                                each(streams, "{'event':'bts:subscription_succeeded','channel':'%s','data':{}}"))
                        .namelessly()
                        .refuses(
                                "live_trades_none",
                                "Bad subscription string",
                                (request, streams) -> List.of(
                                        q(
                                                "{'event':'bts:error','channel':'','data':{'code':null,'message':'Bad subscription string.'}}")))
                        .beats(q("{'event':'bts:heartbeat','channel':'','data':{'status':'success'}}"))
                        .warns(q("{'event':'bts:request_reconnect','channel':'','data':''}"))
                        .sends(
                                "live_trades_btcusd",
                                NONE,
                                (n, c) -> q("{'event':'trade','channel':'live_trades_btcusd','data':{'id':%d}}", n))
                        .sends(
                                "diff_order_book_btcusd",
                                NONE,
                                (n, c) -> q(
                                        "{'event':'data','channel':'diff_order_book_btcusd','data':{'microtimestamp':'%d'}}",
                                        1_790_000_000_000_000L + n)),
                VenueDialect.of("whitebit")
                        .names(request -> request.getString("method").endsWith("_subscribe")
                                ? List.of(request.getString("method").replace("_subscribe", "") + " "
                                        + request.getJsonArray("params").getString(0))
                                : List.of())
                        .acks((request, streams) -> List.of(
                                q("{'id':%s,'result':{'status':'success'},'error':null}", request.getValue("id"))))
                        .refuses(
                                "depth NONE",
                                "market is not available",
                                (request, streams) -> List.of(q(
                                        "{'id':%s,'result':null,'error':{'message':'market is not available','code':6}}",
                                        request.getValue("id"))))
                        .beats(q("{'id':0,'result':'pong','error':null}"))
                        .sends("depth BTC_USDT", COMPLETE, (n, c) -> whitebit(false, n))
                        .sends("depth ETH_USDT", COMPLETE, (n, c) -> whitebit(false, n)
                                .replace("BTC_USDT", "ETH_USDT"))
                        .after(n -> whitebit(true, n).replace("BTC_USDT", "ETH_USDT")),
                VenueDialect.of("mexc-futures")
                        .names(request -> request.getString("method").startsWith("sub.")
                                ? List.of(request.getString("method").substring(4) + " "
                                        + request.getJsonObject("param").getString("symbol"))
                                : List.of())
                        .acks((request, streams) ->
                                List.of(q("{'channel':'rs.%s','data':'success'}", request.getString("method"))))
                        .namelessly()
                        .refuses(
                                "deal NONE",
                                "Contract not exists",
                                (request, streams) -> List.of(q("{'channel':'rs.error','data':'Contract not exists'}")))
                        .beats(q("{'channel':'pong','data':1}"))
                        .sends(
                                "depth BTC_USDT",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'channel':'push.depth','symbol':'BTC_USDT','data':{'begin':%d,'end':%d,'version':%d}}",
                                        3 * n - 2, 3 * n, 3 * n))
                        .sends(
                                "depth ETH_USDT",
                                COMPLETE,
                                (n, c) -> q("{'channel':'push.depth','symbol':'ETH_USDT','data':{'version':%d}}", n))
                        .sends(
                                "deal BTC_USDT",
                                NONE,
                                (n, c) -> q("{'channel':'push.deal','symbol':'BTC_USDT','data':{'p':%d}}", n)),
                mexcSpot(),
                binanceSbe(),
                VenueDialect.of("gemini")
                        .names(arguments("params"))
                        .acks((request, streams) -> List.of(q("{'id':%s,'status':200}", request.getValue("id"))))
                        .refuses(
                                "none@trade",
                                "Invalid symbol",
                                (request, streams) -> List.of(q(
                                        "{'id':%s,'status':400,'error':{'code':-1121,'msg':'Invalid symbol'}}",
                                        request.getValue("id"))))
                        .wholly()
                        .sends(
                                "btcusd@depth",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'e':'depthUpdate','E':%d,'s':'btcusd','U':%d,'u':%d,'b':[]}",
                                        n, 9 * n - 9, 9 * n))
                        .after(n -> q("{'e':'depthUpdate','E':%d,'s':'btcusd','U':%d,'u':%d,'b':[1]}", n, 9 * n, 9 * n))
                        .sends(
                                "btcusd@trade",
                                NONE,
                                (n, c) -> q("{'E':%d,'s':'btcusd','t':%d,'p':'1','q':'1','m':true}", n, n))
                        .sends(
                                "btcusd@bookTicker",
                                NONE,
                                (n, c) -> q("{'u':%d,'E':%d,'s':'btcusd','b':'1','B':'2','a':'3','A':'4'}", n, n))
                        .sends(
                                "btcusd@depth5",
                                NONE,
                                (n, c) -> q("{'lastUpdateId':%d,'symbol':'btcusd','bids':[],'asks':[]}", n))
                        .shownAs("btcusd@partial"),
                VenueDialect.of("hitbtc")
                        .names(request -> texts(request.getJsonObject("params", new JsonObject())
                                        .getJsonArray("symbols", new JsonArray()))
                                .stream()
                                .map(symbol -> request.getString("ch") + " " + symbol)
                                .toList())
                        .acks((request, streams) -> List.of(q(
                                "{'result':{'ch':'%s','subscriptions':%s},'id':%s}",
                                request.getString("ch"),
                                new JsonArray(streams.stream()
                                                .map(stream -> stream.split(" ", -1)[1])
                                                .toList())
                                        .encode(),
                                request.getValue("id"))))
                        // it is left out of the list
                        .refuses("trades NONE", "", (request, streams) -> List.of())
                        .sends(
                                "orderbook/full ETHBTC",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'ch':'orderbook/full','update':{'ETHBTC':{'t':1,'s':%d,'a':[],'b':[]}}}", n))
                        .after(n -> q("{'ch':'orderbook/full','snapshot':{'ETHBTC':{'t':1,'s':%d,'a':[],'b':[]}}}", n))
                        .sends("trades ETHBTC", NONE, (n, c) -> q("{'ch':'trades','update':{'ETHBTC':[{'i':%d}]}}", n))
                        .sends(
                                "ticker/1s ETHBTC",
                                NONE,
                                (n, c) -> q("{'ch':'ticker/1s','data':{'ETHBTC':{'t':%d}}}", n)),
                VenueDialect.of("phemex")
                        .names(request -> request.getString("method").endsWith(".subscribe")
                                ? List.of(request.getString("method").replace(".subscribe", "") + " "
                                        + request.getJsonArray("params").getString(0))
                                : List.of())
                        .acks((request, streams) -> List.of(
                                q("{'error':null,'id':%s,'result':{'status':'success'}}", request.getValue("id"))))
                        .refuses(
                                "orderbook_p NONE",
                                "6001",
                                (request, streams) -> List.of(q(
                                        "{'error':{'code':6001,'message':'invalid argument 6001'},'id':%s,'result':null}",
                                        request.getValue("id"))))
                        .beats(q("{'error':null,'id':0,'result':'pong'}"))
                        .sends(
                                "orderbook_p BTCUSDT",
                                NONE,
                                (n, c) -> q(
                                        "{'orderbook_p':{'asks':[]},'sequence':%d,'symbol':'BTCUSDT','type':'incremental'}",
                                        5 * n))
                        .sends(
                                "orderbook_p ETHUSDT",
                                NONE,
                                (n, c) -> q(
                                        "{'orderbook_p':{'asks':[]},'sequence':%d,'symbol':'ETHUSDT','type':'incremental'}",
                                        5 * n)),
                VenueDialect.of("kucoin-uta")
                        .encodes(UnaryOperator.identity())
                        .names(request -> "SUBSCRIBE".equals(request.getString("action"))
                                ? List.of(request.getString("channel") + " " + request.getString("symbol")
                                        + (request.containsKey("depth") ? " " + request.getString("depth") : ""))
                                : List.of())
                        .acks((request, streams) -> List.of(q("{'id':'%s','result':true}", request.getString("id"))))
                        .refuses(
                                "candles BTC-USDT",
                                "channel not supported",
                                (request, streams) -> List.of(q(
                                        "{'id':'%s','result':false,'message':'channel not supported'}",
                                        request.getString("id"))))
                        .greets(q("{'sessionId':'own','message':'welcome','pingInterval':18000}"))
                        .beats(q("{'type':'pong','id':'p1','ts':1}"))
                        .sends(
                                "obu BTC-USDT increment@10ms",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'T':'obu.SPOT','t':'delta','P':%d,'d':{'s':'BTC-USDT','O':%d,'C':%d}}",
                                        n, 2 * n, 2 * n + 1))
                        .shownAs("obu BTC-USDT")
                        .after(n -> q(
                                "{'T':'obu.SPOT','t':'snapshot','P':1,'d':{'s':'BTC-USDT','O':%d,'C':%d}}",
                                2 * n + 1, 2 * n + 1))
                        .sends(
                                "trade BTC-USDT",
                                NONE,
                                (n, c) -> q("{'T':'trade','P':%d,'d':{'s':'BTC-USDT','n':%d}}", n, n)),
                htx("htx")
                        .sends(
                                "market.btcusdt.mbp.400",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'ch':'market.btcusdt.mbp.400','ts':%d,'tick':{'seqNum':%d,'prevSeqNum':%d}}",
                                        n, 3 * n, 3 * n - 3))
                        .sends(
                                "market.btcusdt.trade.detail",
                                NONE,
                                (n, c) ->
                                        q("{'ch':'market.btcusdt.trade.detail','tick':{'data':[{'tradeId':%d}]}}", n)),
                htx("htx-linear")
                        .sends(
                                "market.BTC-USDT.depth.size_20.high_freq",
                                NONE,
                                (n, c) -> q(
                                        "{'ch':'market.BTC-USDT.depth.size_20.high_freq','tick':{'mrid':%d,'version':9}}",
                                        n))
                        .sends(
                                "market.BTC-USDT.trade.detail",
                                NONE,
                                (n, c) ->
                                        q("{'ch':'market.BTC-USDT.trade.detail','tick':{'data':[{'tradeId':%d}]}}", n)),
                VenueDialect.of("bingx")
                        .encodes(VenueDialects::gzip)
                        .asks("Ping", "Pong")
                        .names(request -> List.of(request.getString("dataType")))
                        .acks((request, streams) ->
                                List.of(q("{'id':'%s','code':0,'msg':''}", request.getString("id"))))
                        .refuses(
                                "NONE@trade",
                                "80015",
                                (request, streams) -> List.of(q(
                                        "{'id':'%s','code':80015,'msg':'dataType not supported'}",
                                        request.getString("id"))))
                        .sends(
                                "BTC-USDT@incrDepth",
                                NONE,
                                (n, c) -> q(
                                        "{'code':0,'dataType':'BTC-USDT@incrDepth','data':{'lastUpdateId':%d}}", 7 * n))
                        .sends(
                                "BTC-USDT@trade",
                                NONE,
                                (n, c) -> q("{'code':0,'dataType':'BTC-USDT@trade','data':[{'T':%d}]}", n)),
                VenueDialect.of("cryptocom")
                        .asks(
                                q("{'id':1587523073344,'method':'public/heartbeat','code':0}"),
                                q("{'id':1587523073344,'method':'public/respond-heartbeat'}"))
                        .names(request -> texts(request.getJsonObject("params").getJsonArray("channels")))
                        .acks((request, streams) ->
                                List.of(q("{'id':%s,'method':'subscribe','code':0}", request.getValue("id"))))
                        .sends(
                                "book.BTCUSD-PERP.50",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'id':-1,'method':'subscribe','code':0,'result':{'subscription':'book.BTCUSD-PERP.50','data':[{'u':%d,'pu':%d}]}}",
                                        8 * n, 8 * n - 8))
                        .sends(
                                "trade.BTC_USD",
                                NONE,
                                (n, c) -> q(
                                        "{'id':-1,'method':'subscribe','code':0,'result':{'subscription':'trade.BTC_USD','data':[{'d':'%d'}]}}",
                                        n)),
                VenueDialect.of("lighter")
                        .asks(q("{'type':'ping'}"), q("{'type':'pong'}"))
                        .names(request -> "subscribe".equals(request.getString("type"))
                                ? List.of(request.getString("channel"))
                                : List.of())
                        .greets(q("{'type':'connected','session_id':'own'}"))
                        .sends(
                                "order_book/0",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'type':'update/order_book','channel':'order_book:0','order_book':{'nonce':%d,'begin_nonce':%d}}",
                                        6 * n, 6 * n - 6))
                        .shownAs("order_book:0")
                        .after(n -> q(
                                "{'type':'subscribed/order_book','channel':'order_book:0','order_book':{'nonce':%d,'begin_nonce':0}}",
                                6 * n))
                        .sends(
                                "trade/0",
                                NONE,
                                (n, c) -> q("{'type':'update/trade','channel':'trade:0','nonce':%d}", n))
                        .shownAs("trade:0"),
                gate("gate", "spot").warns(q("{'type':'upgrade','msg':'The connection will be closed for upgrade'}")),
                gate("gate-futures", "futures")
                        .warns(
                                q(
                                        "{'time':1,'channel':'futures.system','event':'update','result':{'type':'upgrade','msg':'closing'}}")),
                VenueDialect.of("kraken-futures")
                        .names(request -> texts(request.getJsonArray("product_ids", new JsonArray())).stream()
                                .map(product -> request.getString("feed") + " " + product)
                                .toList())
                        .acks((request, streams) ->
                                List.of(q("{'event':'subscribed','feed':'%s'}", request.getString("feed"))))
                        .refuses(
                                "trade NONE",
                                "Invalid product id",
                                (request, streams) -> List.of(q("{'event':'alert','message':'Invalid product id'}")))
                        .namelessly()
                        .greets(q("{'event':'info','version':1}"))
                        .beats(q("{'feed':'heartbeat','time':1}"))
                        .sends(
                                "book PI_XBTUSD",
                                COMPLETE,
                                (n, c) -> q("{'feed':'book','product_id':'PI_XBTUSD','seq':%d,'price':1}", n))
                        .after(n -> q("{'feed':'book_snapshot','product_id':'PI_XBTUSD','seq':%d}", n))
                        .sends(
                                "trade PI_XBTUSD",
                                NONE,
                                (n, c) -> q("{'feed':'trade','product_id':'PI_XBTUSD','uid':'u%d','seq':%d}", n, n)),
                VenueDialect.of("pyth")
                        .secrets("token", "a-token-of-pyth")
                        .admits((headers, path) -> "Bearer a-token-of-pyth".equals(headers.get("Authorization")))
                        .names(request -> List.of(request.getInteger("subscriptionId") + " "
                                + request.getString("channel") + " "
                                + request.getJsonArray("priceFeedIds").encode().replaceAll("[\\[\\]]", "")))
                        .acks((request, streams) -> List.of(
                                q("{'type':'subscribed','subscriptionId':%s}", request.getValue("subscriptionId"))))
                        .refuses(
                                "9 real_time 999",
                                "unknown feed",
                                (request, streams) -> List.of(q(
                                        "{'type':'subscriptionError','subscriptionId':9,'error':'unknown feed 999'}")))
                        .namelessly()
                        .sends(
                                "1 fixed_rate@200ms 1,2",
                                NONE,
                                (n, c) -> q(
                                        "{'type':'streamUpdated','subscriptionId':1,'parsed':{'timestampUs':'%d'}}",
                                        200_000L * n))
                        .shownAs("1")
                        .sends(
                                "2 real_time 7",
                                NONE,
                                (n, c) -> q(
                                        "{'type':'streamUpdated','subscriptionId':2,'parsed':{'timestampUs':'%d'}}",
                                        1_000L * n))
                        .shownAs("2"),
                VenueDialect.of("nostr")
                        .names(request -> request.containsKey("array")
                                ? List.of(request.getJsonArray("array").getString(1) + " "
                                        + request.getJsonArray("array")
                                                .getJsonObject(2)
                                                .getJsonArray("kinds")
                                                .getValue(0))
                                : List.of())
                        .acks((request, streams) -> List.of(
                                q("['EOSE','%s']", request.getJsonArray("array").getString(1))))
                        .refuses(
                                "secret 4",
                                "auth-required",
                                (request, streams) -> List.of(q("['CLOSED','secret','auth-required: kind 4']")))
                        .namelessly()
                        .beats(q("['NOTICE','be nice']"))
                        .sends(
                                "notes 1",
                                NONE,
                                (n, c) -> q("['EVENT','notes',{'id':'a%d','created_at':%d,'content':''}]", n, n))
                        .shownAs("notes")
                        .sends(
                                "reactions 7",
                                NONE,
                                (n, c) -> q("['EVENT','reactions',{'id':'b%d','created_at':%d,'content':''}]", n, n))
                        .shownAs("reactions"),
                upbit("upbit"),
                upbit("bithumb"),
                VenueDialect.of("arbitrum")
                        .withLargerPlan()
                        .admits((headers, path) -> "2".equals(headers.get("Arbitrum-Feed-Client-Version")))
                        .unasked()
                        .beats(q("{'version':1,'confirmedSequenceNumberMessage':{'sequenceNumber':5}}"))
                        .sends(
                                "1",
                                COMPLETE,
                                (n, c) -> q(
                                        "{'version':1,'messages':[{'sequenceNumber':%d},{'sequenceNumber':%d}]}",
                                        2 * n, 2 * n + 1)));
    }

    /** Requests, replies and wrapping that several venues have from Binance. */
    private static VenueDialect binance(String venue) {
        return VenueDialect.of(venue)
                .names(arguments("params"))
                .acks((request, streams) -> List.of(q("{'result':null,'id':%s}", request.getValue("id"))))
                .refuses(
                        "none@depth",
                        "Invalid request",
                        (request, streams) -> List.of(
                                q("{'code':2,'msg':'Invalid request: none@depth','id':%s}", request.getValue("id"))))
                .wholly();
    }

    private static VenueDialect binanceDerivative(String venue) {
        return binance(venue)
                .sends(
                        "btcusdt@depth@100ms",
                        COMPLETE,
                        (n, c) -> wrapped(
                                "btcusdt@depth@100ms", "'E':%d,'U':%d,'u':%d,'pu':%d", n, 9 * n, 9 * n + 4, 9 * n - 5))
                .sends("btcusdt@bookTicker", NONE, (n, c) -> wrapped("btcusdt@bookTicker", "'E':%d,'u':%d", n, 9 * n));
    }

    private static VenueDialect bybit(String venue, String trades) {
        return bybit(VenueDialect.of(venue), trades)
                .acks(bybit(true, ""))
                .refuses(
                        "orderbook.50.NONE",
                        "handler not found",
                        bybit(false, "error:handler not found,topic:orderbook.50.NONE"))
                .wholly();
    }

    /** Replies are other ones than for futures: a list of topics, without an id. */
    private static VenueDialect bybitOption(String venue, String trades) {
        return bybit(VenueDialect.of(venue), trades)
                .acks((request, streams) -> List.of(q(
                        "{'success':true,'conn_id':'own','data':{'failTopics':[],'successTopics':%s},'type':'COMMAND_RESP'}",
                        new JsonArray(streams).encode())))
                .refuses(
                        "orderbook.50.NONE",
                        "",
                        (request, streams) -> List.of(q(
                                "{'success':false,'conn_id':'own','data':{'failTopics':%s,'successTopics':[]},'type':'COMMAND_RESP'}",
                                new JsonArray(streams).encode())));
    }

    private static VenueDialect bybit(VenueDialect dialect, String trades) {
        return dialect.names(request ->
                        "subscribe".equals(request.getString("op")) ? texts(request.getJsonArray("args")) : List.of())
                .beats(
                        q("{'success':true,'ret_msg':'pong','conn_id':'own','op':'ping'}"),
                        q("{'op':'pong','args':['1700000000000']}"))
                .sends(
                        "orderbook.50.BTCUSDT",
                        NONE,
                        (n, c) -> q(
                                "{'topic':'orderbook.50.BTCUSDT','type':'delta','ts':%d,'data':{'u':%d,'seq':%d}}",
                                n, n, 7 * n))
                .after(n -> q(
                        "{'topic':'orderbook.50.BTCUSDT','type':'snapshot','ts':%d,'data':{'u':%d,'seq':%d}}",
                        n, n, 7 * n))
                .sends(
                        trades,
                        NONE,
                        (n, c) -> q(
                                "{'topic':'%s','type':'snapshot','ts':1,'data':[{'i':'a%d'},{'i':'b%d'}]}",
                                trades, n, n));
    }

    private static Reply bybit(boolean success, String words) {
        return (request, streams) -> List.of(q(
                "{'success':%s,'ret_msg':'%s','conn_id':'own','req_id':'%s','op':'subscribe'}",
                success, words, request.getString("req_id")));
    }

    private static VenueDialect kraken(String venue, Proof trades) {
        return VenueDialect.of(venue)
                .names(VenueDialects::kraken)
                .acks((request, streams) -> streams.stream()
                        .map(stream -> q(
                                "{'method':'subscribe','req_id':%s,'success':true,'result':{'channel':'%s','symbol':'%s'}}",
                                request.getValue("req_id"), stream.split(" ", -1)[0], stream.split(" ", -1)[1]))
                        .toList())
                .refuses(
                        "trade NO/NE",
                        "Currency pair not supported",
                        (request, streams) -> List.of(q(
                                "{'method':'subscribe','req_id':%s,'success':false,'error':'Currency pair not supported NO/NE','symbol':'NO/NE'}",
                                request.getValue("req_id"))))
                .greets(q("{'channel':'status','type':'update','data':[{'system':'online'}]}"))
                .beats(q("{'channel':'heartbeat'}"))
                .sends(
                        "trade BTC/USD",
                        trades,
                        (n, c) -> q(
                                "{'channel':'trade','type':'update','data':[{'symbol':'BTC/USD','trade_id':%d},{'symbol':'BTC/USD','trade_id':%d}]}",
                                2 * n, 2 * n + 1))
                .sends(
                        "book BTC/USD",
                        NONE,
                        (n, c) -> q(
                                "{'channel':'book','type':'update','data':[{'symbol':'BTC/USD','checksum':%d,'timestamp':'%d'}]}",
                                n % 7, n));
    }

    private static List<String> kraken(JsonObject request) {
        JsonObject params = request.getJsonObject("params");
        return request.getString("method").equals("subscribe")
                ? texts(params.getJsonArray("symbol")).stream()
                        .map(symbol -> params.getString("channel") + " " + symbol)
                        .toList()
                : List.of();
    }

    /** Messages have a number and a time of their connection. */
    private static VenueDialect coinbaseAdvanced() {
        return VenueDialect.of("coinbase-advanced")
                .counts()
                .names(request -> texts(request.getJsonArray("product_ids")).stream()
                        .map(product -> request.getString("channel") + " " + product)
                        .toList())
                .acks((request, streams) -> List.of(q(
                        "{'channel':'subscriptions','sequence_num':0,'events':[{'subscriptions':{'%s':%s}}]}",
                        request.getString("channel"),
                        new JsonArray(streams.stream()
                                        .map(stream -> stream.split(" ", -1)[1])
                                        .toList())
                                .encode())))
                // it is left out of the list
                .refuses("ticker_batch NO-NE", "", (request, streams) -> List.of())
                .beats(q("{'channel':'heartbeats','sequence_num':5,'events':[{'heartbeat_counter':3049}]}"))
                .sends(
                        "market_trades BTC-USD",
                        NONE,
                        (n, c) ->
                                coinbase("market_trades", n, c, "'trades':[{'trade_id':'%d','product_id':'BTC-USD'}]"))
                .sends(
                        "candles BTC-USD",
                        NONE,
                        (n, c) -> coinbase(
                                "candles",
                                n,
                                c,
                                "'candles':[{'start':'1786309500','volume':'%d','product_id':'BTC-USD'}]"))
                .sends(
                        "status BTC-USD",
                        NONE,
                        (n, c) -> coinbase(
                                "status",
                                n,
                                c,
                                "'products':[{'id':'BTC-USD','status':'online','status_message':'%d'}]"))
                .sends(
                        "level2 BTC-USD",
                        NONE,
                        (n, c) -> coinbase(
                                "l2_data",
                                n,
                                c,
                                "'product_id':'BTC-USD','updates':[{'event_time':'%d','price_level':'1','new_quantity':'2'}]"))
                .sends(
                        "ticker_batch BTC-USD",
                        NONE,
                        (n, c) -> coinbase(
                                "ticker_batch",
                                n,
                                c,
                                "'tickers':[{'product_id':'BTC-USD','price':'1','volume_24_h':'%d'}]"));
    }

    private static String coinbase(String channel, int number, int connection, String event) {
        return q(
                "{'channel':'%s','timestamp':'own%d','sequence_num':%d,'events':[{'type':'update',%s}]}",
                channel, connection, number + 100_000 * connection, q(event, number));
    }

    private static VenueDialect kucoin(String venue, String topic, String numbers, int step) {
        return VenueDialect.of(venue)
                .names(request ->
                        request.getString("type").equals("subscribe") ? topics(request.getString("topic")) : List.of())
                .acks((request, streams) -> List.of(q("{'id':'%s','type':'ack'}", request.getString("id"))))
                .refuses(
                        "/market/level2:NONE",
                        "topic is invalid",
                        (request, streams) -> List.of(q(
                                "{'id':'%s','type':'error','code':404,'data':'topic is invalid'}",
                                request.getString("id"))))
                .wholly()
                .greets(q("{'id':'own','type':'welcome'}"))
                .beats(q("{'id':'p1','type':'pong'}"))
                .sends(
                        topic,
                        COMPLETE,
                        (n, c) -> q(
                                "{'type':'message','topic':'%s','data':{%s}}",
                                topic, q(numbers, step * (n - 1) + 1, step * n)))
                .sends(
                        "/market/snapshot:BTC-USDT",
                        NONE,
                        (n, c) -> q("{'type':'message','topic':'/market/snapshot:BTC-USDT','data':{'n':%d}}", n));
    }

    /** The topics of a list of symbols behind one topic. */
    private static List<String> topics(String topic) {
        int colon = topic.indexOf(':');
        return Stream.of(topic.substring(colon + 1).split(",", -1))
                .map(symbol -> topic.substring(0, colon + 1) + symbol)
                .toList();
    }

    private static VenueDialect htx(String venue) {
        return VenueDialect.of(venue)
                .encodes(VenueDialects::gzip)
                .asks(q("{'ping':1492420473027}"), q("{'pong':1492420473027}"))
                .names(request -> request.containsKey("sub") ? List.of(request.getString("sub")) : List.of())
                .acks((request, streams) ->
                        List.of(q("{'id':'%s','status':'ok','subbed':'%s'}", request.getString("id"), streams.get(0))))
                .refuses(
                        "market.none.bbo",
                        "invalid topic",
                        (request, streams) -> List.of(q(
                                "{'id':'%s','status':'error','err-code':'bad-request','err-msg':'invalid topic market.none.bbo'}",
                                request.getString("id"))));
    }

    private static VenueDialect gate(String venue, String market) {
        String obu = market + ".obu";
        String update = market + ".order_book_update";
        String ticker = market + ".book_ticker";
        String trades = market + ".trades";
        return VenueDialect.of(venue)
                .names(request -> "subscribe".equals(request.getString("event"))
                        ? List.of(request.getString("channel") + " "
                                + String.join(" ", texts(request.getJsonArray("payload"))))
                        : List.of())
                .acks((request, streams) -> List.of(q(
                        "{'time':1,'id':%s,'channel':'%s','event':'subscribe','result':{'status':'success'}}",
                        request.getValue("id"), request.getString("channel"))))
                .refuses(
                        ticker + " NONE",
                        "unknown currency pair",
                        (request, streams) -> List.of(q(
                                "{'time':1,'id':%s,'channel':'%s','event':'subscribe','error':{'code':2,'message':'unknown currency pair NONE'}}",
                                request.getValue("id"), request.getString("channel"))))
                .sends(
                        obu + " ob.BTC_USDT.50",
                        COMPLETE,
                        (n, c) -> gate(obu, "ob.BTC_USDT.50", "'U':%d,'u':%d", 4 * n - 3, 4 * n))
                .after(n -> gate(obu, "ob.BTC_USDT.50", "'full':true,'U':%d,'u':%d", 4 * n - 3, 4 * n))
                .sends(
                        update + " BTC_USDT 100ms",
                        COMPLETE,
                        (n, c) -> gate(update, "BTC_USDT", "'U':%d,'u':%d", 4 * n - 3, 4 * n))
                .shownAs(update + " BTC_USDT")
                .sends(
                        market + ".candlesticks 1m BTC_USDT",
                        NONE,
                        (n, c) -> q(
                                market.equals("spot")
                                        ? "{'channel':'%s.candlesticks','event':'update','result':{'t':'%d','n':'1m_BTC_USDT'}}"
                                        : "{'channel':'%s.candlesticks','event':'update','result':[{'t':%d,'n':'1m_BTC_USDT'}]}",
                                market,
                                n))
                .shownAs(market + ".candlesticks 1m_BTC_USDT")
                .sends(ticker + " BTC_USDT", NONE, (n, c) -> gate(ticker, "BTC_USDT", "'u':%d,'b':'1'", n))
                .sends(
                        trades + " BTC_USDT",
                        NONE,
                        (n, c) -> q(
                                market.equals("spot")
                                        ? "{'channel':'%s','event':'update','result':{'id':%d,'currency_pair':'BTC_USDT'}}"
                                        : "{'channel':'%s','event':'update','result':[{'id':%d,'contract':'BTC_USDT'}]}",
                                trades,
                                n));
    }

    private static String gate(String channel, String name, String numbers, Object... values) {
        return q("{'channel':'%s','event':'update','result':{'t':1,'s':'%s',%s}}", channel, name, q(numbers, values));
    }

    /** A refusal has the form of a success, but other words; data are protobuf. */
    private static VenueDialect mexcSpot() {
        return VenueDialect.of("mexc-spot")
                .binary()
                .names(request -> "SUBSCRIPTION".equals(request.getString("method"))
                        ? texts(request.getJsonArray("params"))
                        : List.of())
                .acks((request, streams) ->
                        List.of(q("{'id':%d,'code':0,'msg':'%s'}", request.getLong("id"), String.join(",", streams))))
                .refuses(
                        "spot@public.aggre.deals.v3.api.pb@10ms@NONEUSDT",
                        "Not Subscribed successfully! [spot@public.aggre.deals.v3.api.pb@10ms@NONEUSDT].  Reason： Blocked!",
                        (request, streams) -> List.of(q(
                                "{'id':%d,'code':0,'msg':'Not Subscribed successfully! [%s].  Reason： Blocked! '}",
                                request.getLong("id"), streams.get(0))))
                .beats(q("{'id':0,'code':0,'msg':'PONG'}"))
                .sends(
                        "spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT",
                        COMPLETE,
                        (n, c) -> mexc(
                                "aggre.depth.v3.api.pb@10ms",
                                313,
                                Encoded.protobuf(
                                        1,
                                        Encoded.protobuf(1, "92877.58", 2, "0.00000000"),
                                        4,
                                        String.valueOf(3 * n - 2),
                                        5,
                                        String.valueOf(3 * n)),
                                n))
                .sends(
                        "spot@public.aggre.deals.v3.api.pb@10ms@BTCUSDT",
                        NONE,
                        (n, c) -> mexc(
                                "aggre.deals.v3.api.pb@10ms",
                                314,
                                Encoded.protobuf(1, deal("a" + n), 1, deal("b" + n)),
                                n))
                .sends(
                        "spot@public.kline.v3.api.pb@BTCUSDT",
                        NONE,
                        (n, c) -> mexc("kline.v3.api.pb", 308, Encoded.protobuf(1, "Min15", 2, 1736410500L), n));
    }

    private static byte[] deal(String id) {
        return Encoded.protobuf(1, "93220.00", 2, "0.04438243", 3, 2L, 4, 1736409765051L, 5, id);
    }

    private static String mexc(String topic, int body, byte[] content, int n) {
        return latin(Encoded.protobuf(
                1,
                "spot@public." + topic + "@BTCUSDT",
                body,
                content,
                3,
                "BTCUSDT",
                5,
                1736409765000L + n,
                6,
                1736409765100L + n));
    }

    /** Replies and the shutdown are JSON; each message of trades has two of them. */
    private static VenueDialect binanceSbe() {
        byte[] symbol = Encoded.text(8, "BTCUSDT");
        byte[] levels = Encoded.group(16, 16, Encoded.block(27_000L, 1L), Encoded.block(27_001L, 2L));
        byte exponent = -2;
        return binance("binance-spot-sbe")
                .secrets("key", "a-key-of-a-user")
                .admits((headers, path) -> "a-key-of-a-user".equals(headers.get("X-MBX-APIKEY")))
                .binary()
                .sends(
                        "btcusdt@trade",
                        COMPLETE,
                        (n, c) -> latin(Encoded.sbe(
                                10_000,
                                Encoded.block(1_700_000_000_000_000L + n, 1L, exponent, exponent),
                                Encoded.group(32, 25, trade(2L * n - 1), trade(2L * n)),
                                symbol)))
                .shownAs("BTCUSDT@trade")
                .sends(
                        "btcusdt@bestBidAsk",
                        NONE,
                        (n, c) -> latin(Encoded.sbe(
                                10_001,
                                Encoded.block(1_700_000_000_000_000L + n, 7L * n, exponent, exponent, 1L, 2L, 3L, 4L),
                                symbol)))
                .shownAs("BTCUSDT@bestBidAsk")
                .sends(
                        "btcusdt@depth20",
                        NONE,
                        (n, c) -> latin(Encoded.sbe(
                                10_002,
                                Encoded.block(1_700_000_000_000_000L + n, 9L * n, exponent, exponent),
                                levels,
                                levels,
                                symbol)))
                .shownAs("BTCUSDT@depth20")
                .sends(
                        "btcusdt@depth",
                        COMPLETE,
                        (n, c) -> latin(Encoded.sbe(
                                10_003,
                                Encoded.block(1_700_000_000_000_000L + n, 3L * n - 2, 3L * n, exponent, exponent),
                                levels,
                                Encoded.group(16, 16),
                                symbol)))
                .shownAs("BTCUSDT@depth")
                .warns(q("{'e':'serverShutdown','E':1770123456789}"));
    }

    private static byte[] trade(long id) {
        return Encoded.block(id, 2_742_310L, 5_419L, (byte) 1);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A request replaces the whole subscription; there are no replies. */
    private static VenueDialect upbit(String venue) {
        return VenueDialect.of(venue)
                .encodes(UnaryOperator.identity())
                .names(request -> objects(request.getJsonArray("array"))
                        .filter(part -> part.containsKey("type"))
                        .flatMap(part -> texts(part.getJsonArray("codes")).stream()
                                .map(code -> part.getString("type") + " " + code))
                        .toList())
                .beats(q("{'status':'UP'}"))
                .sends(
                        "trade KRW-BTC",
                        NONE,
                        (n, c) -> q("{'type':'trade','code':'KRW-BTC','sequential_id':%d}", 1_700_000_000_000L + n))
                .sends(
                        "orderbook KRW-BTC",
                        NONE,
                        (n, c) -> q("{'type':'orderbook','code':'KRW-BTC','timestamp':%d}", n));
    }

    private static byte[] gzip(byte[] text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String okx(String stream) {
        return q("{'channel':'%s','instId':'%s'}", (Object[]) stream.split(" ", -1));
    }

    private static VenueDialect bitget(String venue, String channel, String instrument, String type) {
        Function<String, String> argument = stream -> {
            String[] words = stream.split(" ", -1);
            return q("{'instType':'%s','%s':'%s','%s':'%s'}", words[0], channel, words[1], instrument, words[2]);
        };
        String books = type + " books BTCUSDT";
        String trades = type + " trade BTCUSDT";
        String none = type + " books NONE";
        return VenueDialect.of(venue)
                .names(request -> objects(request.getJsonArray("args"))
                        .map(arg -> arg.getString("instType") + " " + arg.getString(channel) + " "
                                + arg.getString(instrument))
                        .toList())
                .acks((request, streams) -> streams.stream()
                        .map(stream -> q("{'event':'subscribe','arg':%s}", argument.apply(stream)))
                        .toList())
                .namelessly()
                .refuses(
                        none,
                        "30001",
                        (request, streams) -> List.of(q(
                                "{'event':'error','arg':%s,'code':30001,'msg':'it doesn\u2019t exist'}",
                                argument.apply(none))))
                .beats("pong")
                .sends(
                        books,
                        COMPLETE,
                        (n, c) -> q(
                                "{'action':'update','arg':%s,'data':[{'asks':[],'seq':%d,'pseq':%d}]}",
                                argument.apply(books), 3 * n, 3 * n - 3))
                .after(n -> q(
                        "{'action':'snapshot','arg':%s,'data':[{'asks':[],'seq':%d,'pseq':0}]}",
                        argument.apply(books), 3 * n))
                .sends(
                        trades,
                        NONE,
                        (n, c) -> q("{'action':'update','arg':%s,'data':[{'price':'%d'}]}", argument.apply(trades), n));
    }

    private static VenueDialect deribit(String venue, String instrument) {
        String book = "book." + instrument + ".100ms";
        String trades = "trades." + instrument + ".100ms";
        String quote = "quote." + instrument;
        return VenueDialect.of(venue)
                .names(request -> request.getString("method").equals("public/subscribe")
                        ? texts(request.getJsonObject("params").getJsonArray("channels"))
                        : List.of())
                .acks((request, streams) -> List.of(q(
                        "{'jsonrpc':'2.0','id':%s,'result':%s,'usIn':1}",
                        request.getValue("id"), new JsonArray(streams).encode())))
                // it is left out of the list
                .refuses("trades.NONE.100ms", "", (request, streams) -> List.of())
                .beats(q("{'jsonrpc':'2.0','id':77,'result':{'version':'1.2.26'}}"))
                .sends(
                        book,
                        COMPLETE,
                        (n, c) ->
                                deribit(book, "{'type':'change','change_id':%d,'prev_change_id':%d}", 5 * n, 5 * n - 5))
                .after(n -> deribit(book, "{'type':'snapshot','change_id':%d}", 5 * n))
                .sends(trades, NONE, (n, c) -> deribit(trades, "[{'trade_id':'%d'}]", n))
                .sends(quote, NONE, (n, c) -> deribit(quote, "{'best_bid_price':%d}", n));
    }

    private static String deribit(String channel, String data, Object... values) {
        return q(
                "{'jsonrpc':'2.0','method':'subscription','params':{'channel':'%s','data':%s}}",
                channel, q(data, values));
    }

    private static String poloniex(String action, int id, int before) {
        return q(
                "{'channel':'book_lv2','action':'%s','data':[{'s':'BTC_USDT_PERP','id':%d,'lid':%d}]}",
                action, id, before);
    }

    private static String whitebit(boolean full, int number) {
        return q(
                "{'method':'depth_update','params':[%s,{'update_id':%d%s},'BTC_USDT'],'id':null}",
                full, 4 * number, full ? "" : q(",'past_update_id':%d", 4 * number - 4));
    }

    // in the words of several venues

    private static Function<JsonObject, List<String>> arguments(String key) {
        return request -> texts(request.getJsonArray(key, new JsonArray()));
    }

    static List<String> texts(JsonArray array) {
        return array.stream().map(String.class::cast).toList();
    }

    static Stream<JsonObject> objects(JsonArray array) {
        return array == null ? Stream.of() : array.stream().map(JsonObject.class::cast);
    }

    private static List<String> each(List<String> streams, String reply) {
        return streams.stream().map(stream -> q(reply, stream)).toList();
    }

    private static String wrapped(String stream, String members, Object... values) {
        return q("{'stream':'%s','data':{%s}}", stream, q(members, values));
    }

    /** JSON with apostrophes for quotation marks. */
    static String q(String json, Object... values) {
        return String.format(Locale.ROOT, json, values).replace('\'', '"');
    }
}
