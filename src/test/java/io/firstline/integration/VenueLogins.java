package io.firstline.integration;

import io.firstline.arbitration.report.Proof;
import io.firstline.payload.Encoded;
import io.firstline.testkit.TestKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The servers of the venues that want a login. They verify each signature, and that its time is now. */
final class VenueLogins {
    private static final Proof COMPLETE = Proof.PROVEN_COMPLETE;
    private static final Proof NONE = Proof.UNPROVABLE;

    private static final String KEY = "the-key-of-a-user";
    private static final String SECRET = "c2VjcmV0LW9mLWEtdXNlcg==";
    private static final String EMPTY_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final long LATEST_MS = 30_000;

    private VenueLogins() {}

    static List<VenueDialect> all() {
        return List.of(
                okx(),
                okxSbe(),
                deribit(),
                coinbaseExchange(),
                coinbaseAdvanced(),
                kalshi(),
                chainlink(),
                alpaca(),
                alpacaMsgpack(),
                massive());
    }

    private static VenueDialect okx() {
        return VenueDialect.of("okx-vip")
                .secrets("key", KEY, "secret", SECRET, "passphrase", "a-phrase")
                .logsIn(q("{'event':'login','code':'0','msg':'','connId':'own'}"), request -> {
                    JsonObject user = request.getString("op").equals("login")
                            ? request.getJsonArray("args").getJsonObject(0)
                            : null;
                    return user != null
                            && user.getString("apiKey").equals(KEY)
                            && user.getString("passphrase").equals("a-phrase")
                            && isNow(user.getString("timestamp"), 1_000)
                            && user.getString("sign")
                                    .equals(base64(hmac(
                                            SECRET.getBytes(StandardCharsets.UTF_8),
                                            user.getString("timestamp") + "GET/users/self/verify")));
                })
                .names(request -> objects(request.getJsonArray("args"))
                        .map(arg -> arg.getString("channel") + " " + arg.getString("instId"))
                        .toList())
                .acks((request, streams) -> streams.stream()
                        .map(stream -> q(
                                "{'id':'%s','event':'subscribe','arg':%s,'connId':'own'}",
                                request.getString("id"), okxArgument(stream)))
                        .toList())
                .refuses(
                        "books-l2-tbt NONE",
                        "60018",
                        (request, streams) -> List.of(q(
                                "{'id':'%s','event':'error','code':'60018','msg':'The instrument NONE does not exist'}",
                                request.getString("id"))))
                .warns(q("{'event':'notice','code':'64008','msg':'The connection will soon be closed'}"))
                .sends(
                        "books-l2-tbt BTC-USDT",
                        COMPLETE,
                        (n, c) -> q(
                                "{'arg':%s,'action':'update','data':[{'ts':'%d','seqId':%d,'prevSeqId':%d}]}",
                                okxArgument("books-l2-tbt BTC-USDT"), n, n, n - 1))
                .after(n -> q(
                        "{'arg':%s,'action':'snapshot','data':[{'ts':'%d','seqId':%d,'prevSeqId':-1}]}",
                        okxArgument("books-l2-tbt BTC-USDT"), n, n));
    }

    private static String okxArgument(String stream) {
        return q("{'channel':'%s','instId':'%s'}", (Object[]) stream.split(" ", -1));
    }

    private static VenueDialect deribit() {
        return VenueDialect.of("deribit-raw")
                .secrets("key", KEY, "secret", SECRET)
                .logsIn(
                        q(
                                "{'jsonrpc':'2.0','id':1,'result':{'access_token':'t','expires_in':900,'scope':'connection'}}"),
                        request -> {
                            JsonObject user = request.getJsonObject("params");
                            return request.getString("method").equals("public/auth")
                                    && user.getString("grant_type").equals("client_signature")
                                    && user.getString("client_id").equals(KEY)
                                    && isNow(user.getLong("timestamp").toString(), 1)
                                    && user.getString("signature")
                                            .equals(hex(hmac(
                                                    SECRET.getBytes(StandardCharsets.UTF_8),
                                                    user.getLong("timestamp") + "\n" + user.getString("nonce")
                                                            + "\n")));
                        })
                .names(request -> "public/subscribe".equals(request.getString("method"))
                        ? texts(request.getJsonObject("params").getJsonArray("channels"))
                        : List.of())
                .acks((request, streams) -> List.of(q(
                        "{'jsonrpc':'2.0','id':%s,'result':%s}",
                        request.getValue("id"), new JsonArray(streams).encode())))
                .refuses("book.NONE.raw", "", (request, streams) -> List.of())
                .sends(
                        "book.BTC-PERPETUAL.raw",
                        COMPLETE,
                        (n, c) -> q(
                                "{'jsonrpc':'2.0','method':'subscription','params':{'channel':'book.BTC-PERPETUAL.raw','data':{'type':'change','change_id':%d,'prev_change_id':%d}}}",
                                n, n - 1))
                .after(n -> q(
                        "{'jsonrpc':'2.0','method':'subscription','params':{'channel':'book.BTC-PERPETUAL.raw','data':{'type':'snapshot','change_id':%d}}}",
                        n));
    }

    private static VenueDialect coinbaseExchange() {
        return VenueDialect.of("coinbase-exchange-login")
                .secrets("key", KEY, "secret", SECRET, "passphrase", "a-phrase")
                .names(request -> KEY.equals(request.getString("key"))
                                && isNow(request.getString("timestamp"), 1_000)
                                && request.getString("signature")
                                        .equals(base64(hmac(
                                                Base64.getDecoder().decode(SECRET),
                                                request.getString("timestamp") + "GET/users/self/verify")))
                        ? objects(request.getJsonArray("channels"))
                                .map(channel -> channel.getString("name") + " "
                                        + channel.getJsonArray("product_ids").getString(0))
                                .toList()
                        : List.of())
                .acks((request, streams) -> List.of(q("{'type':'subscriptions','channels':[]}")))
                .namelessly()
                .refuses(
                        "full NONE",
                        "not a valid product",
                        (request, streams) -> List.of(
                                q(
                                        "{'type':'error','message':'Failed to subscribe','reason':'NONE is not a valid product'}")))
                .sends(
                        "full BTC-USD",
                        COMPLETE,
                        (n, c) -> q(
                                "{'type':'%s','product_id':'BTC-USD','sequence':%d}",
                                List.of("received", "open", "match", "change", "done")
                                        .get(n % 5),
                                n))
                .sends("level2 BTC-USD", NONE, (n, c) -> q("{'type':'l2update','product_id':'BTC-USD','time':'%d'}", n))
                .after(n -> q("{'type':'snapshot','product_id':'BTC-USD','bids':[%d]}", n));
    }

    private static VenueDialect coinbaseAdvanced() {
        KeyPair pair = key(() -> TestKeys.ec("secp256r1"));
        return VenueDialect.of("coinbase-advanced-login")
                .counts()
                .secrets("key", "organizations/1/apiKeys/2", "secret", TestKeys.pkcs8(pair.getPrivate()))
                .names(request -> "heartbeats".equals(request.getString("channel"))
                                || !isJwt(request.getString("jwt"), "organizations/1/apiKeys/2", pair)
                        ? List.of()
                        : texts(request.getJsonArray("product_ids")).stream()
                                .map(product -> request.getString("channel") + " " + product)
                                .toList())
                .acks((request, streams) -> List.of(q(
                        "{'channel':'subscriptions','sequence_num':0,'events':[{'subscriptions':{'%s':%s}}]}",
                        request.getString("channel"),
                        new JsonArray(streams.stream()
                                        .map(stream -> stream.split(" ", -1)[1])
                                        .toList())
                                .encode())))
                .refuses("ticker_batch NO-NE", "", (request, streams) -> List.of())
                .sends(
                        "market_trades BTC-USD",
                        NONE,
                        (n, c) -> q(
                                "{'channel':'market_trades','sequence_num':0,'events':[{'type':'update','trades':[{'trade_id':'%d','product_id':'BTC-USD'}]}]}",
                                n));
    }

    private static boolean isJwt(String jwt, String name, KeyPair pair) {
        if (jwt == null) {
            return false;
        }
        String[] parts = jwt.split("\\.", -1);
        JsonObject header = part(parts[0]);
        JsonObject claims = part(parts[1]);
        return header.getString("alg").equals("ES256")
                && header.getString("kid").equals(name)
                && !header.getString("nonce").isEmpty()
                && claims.getString("iss").equals("cdp")
                && claims.getString("sub").equals(name)
                && claims.getLong("exp") - claims.getLong("nbf") == 120
                && isNow(claims.getLong("nbf").toString(), 1_000)
                && verified(
                        "SHA256withECDSAinP1363Format",
                        pair,
                        parts[0] + "." + parts[1],
                        Base64.getUrlDecoder().decode(parts[2]));
    }

    private static JsonObject part(String text) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
    }

    private static VenueDialect kalshi() {
        KeyPair pair = key(() -> TestKeys.rsa(2_048));
        return VenueDialect.of("kalshi")
                .secrets("key", KEY, "secret", TestKeys.pkcs1(pair.getPrivate()))
                .admits((headers, path) -> headers.get("KALSHI-ACCESS-KEY").equals(KEY)
                        && isNow(headers.get("KALSHI-ACCESS-TIMESTAMP"), 1)
                        && verified(
                                "RSASSA-PSS",
                                pair,
                                headers.get("KALSHI-ACCESS-TIMESTAMP") + "GET/trade-api/ws/v2",
                                Base64.getDecoder().decode(headers.get("KALSHI-ACCESS-SIGNATURE"))))
                .names(request -> texts(request.getJsonObject("params").getJsonArray("market_tickers")).stream()
                        .map(market -> request.getJsonObject("params")
                                        .getJsonArray("channels")
                                        .getString(0) + " " + market)
                        .toList())
                .acks((request, streams) -> List.of(
                        q("{'id':%s,'type':'subscribed','msg':{'channel':'any','sid':1}}", request.getValue("id"))))
                .refuses(
                        "trade NONE",
                        "Market not found",
                        (request, streams) -> List.of(q(
                                "{'id':%s,'type':'error','msg':{'code':16,'msg':'Market not found'}}",
                                request.getValue("id"))))
                .wholly()
                .sends(
                        "orderbook_delta A-1",
                        NONE,
                        (n, c) -> q(
                                "{'type':'orderbook_delta','sid':%d,'seq':%d,'msg':{'market_ticker':'A-1','price_dollars':'0.%d'}}",
                                c + 1, n + 7 * c, n))
                .after(n -> q(
                        "{'type':'orderbook_snapshot','sid':1,'seq':1,'msg':{'market_ticker':'A-1','yes_dollars':[%d]}}",
                        n))
                .sends(
                        "trade A-1",
                        NONE,
                        (n, c) -> q(
                                "{'type':'trade','sid':%d,'msg':{'trade_id':'id-%d','market_ticker':'A-1'}}",
                                c + 1, n));
    }

    private static VenueDialect chainlink() {
        return VenueDialect.of("chainlink")
                .secrets("key", KEY, "secret", SECRET)
                .at("api/v1/ws?feedIDs=0x0a,0x0b")
                .admits((headers, path) -> {
                    String time = headers.get("X-Authorization-Timestamp");
                    return headers.get("Authorization").equals(KEY)
                            && isNow(time, 1)
                            && path.equals("/api/v1/ws?feedIDs=0x0a,0x0b")
                            && headers.get("X-Authorization-Signature-SHA256")
                                    .equals(hex(hmac(
                                            SECRET.getBytes(StandardCharsets.UTF_8),
                                            String.join(" ", "GET", path, EMPTY_BODY, KEY, time))));
                })
                .unasked()
                .sends("0x0a", NONE, (n, c) -> report("0x0a", n))
                .sends("0x0b", NONE, (n, c) -> report("0x0b", n));
    }

    private static String report(String feed, int n) {
        return q(
                "{'report':{'feedID':'%s','fullReport':'0x00','validFromTimestamp':%d,'observationsTimestamp':%d}}",
                feed, n, n);
    }

    private static VenueDialect alpaca() {
        return alpaca("alpaca")
                .sends(
                        "trades AAPL",
                        NONE,
                        (n, c) -> q(
                                "[{'T':'t','S':'AAPL','i':%d,'x':'D','p':1.5,'t':'2026-11-28T14:30:00.%03dZ'}]",
                                n, n % 1_000))
                .sends(
                        "quotes AAPL",
                        NONE,
                        (n, c) -> q("[{'T':'q','S':'AAPL','bp':%d,'t':'2026-11-28T14:30:00Z'}]", n));
    }

    private static VenueDialect alpaca(String profile) {
        return VenueDialect.of(profile)
                .withLargerPlan()
                .secrets("key", KEY, "secret", SECRET)
                .greets(q("[{'T':'success','msg':'connected'}]"))
                .logsIn(
                        q("[{'T':'success','msg':'authenticated'}]"),
                        request -> request.getString("action").equals("auth")
                                && request.getString("key").equals(KEY)
                                && request.getString("secret").equals(SECRET))
                .names(request -> "subscribe".equals(request.getString("action"))
                        ? request.fieldNames().stream()
                                .filter(name -> !name.equals("action"))
                                .flatMap(name -> texts(request.getJsonArray(name)).stream()
                                        .map(symbol -> name + " " + symbol))
                                .toList()
                        : List.of())
                .acks((request, streams) -> List.of(q("[{'T':'subscription','trades':['AAPL'],'quotes':['AAPL']}]")))
                .namelessly()
                .refuses(
                        "trades NONE",
                        "invalid syntax",
                        (request, streams) -> List.of(q("[{'T':'error','code':400,'msg':'invalid syntax'}]")));
    }

    private static VenueDialect alpacaMsgpack() {
        return alpaca("alpaca-msgpack")
                .speaksMsgpack()
                .binary()
                .admits((headers, path) -> "application/msgpack".equals(headers.get("Content-Type")))
                .sends(
                        "trades AAPL",
                        NONE,
                        (n, c) -> msgpack(Map.of(
                                "T", "t", "S", "AAPL", "i", n, "x", "D", "p", 1.5, "t", Instant.ofEpochSecond(n))))
                .sends(
                        "quotes AAPL",
                        NONE,
                        (n, c) -> msgpack(Map.of("T", "q", "S", "AAPL", "bp", n, "t", Instant.EPOCH)));
    }

    private static String msgpack(Map<String, Object> item) {
        return new String(Encoded.msgpack(List.of(item)), StandardCharsets.ISO_8859_1);
    }

    /** The time of sending is the connection's own; each seventh message of a book has only exponents. */
    private static VenueDialect okxSbe() {
        byte[] levels = Encoded.group(16, 20, Encoded.block(27_000L, 1L, 3));
        byte exponent = -2;
        return VenueDialect.of("okx-sbe")
                .binary()
                .owns(24, 32)
                .secrets("key", KEY, "secret", SECRET, "passphrase", "a-phrase")
                .admits((headers, path) -> headers.get("OK-ACCESS-KEY").equals(KEY)
                        && headers.get("OK-ACCESS-PASSPHRASE").equals("a-phrase")
                        && isNow(headers.get("OK-ACCESS-TIMESTAMP"), 1_000)
                        && headers.get("OK-ACCESS-SIGN")
                                .equals(base64(hmac(
                                        SECRET.getBytes(StandardCharsets.UTF_8),
                                        headers.get("OK-ACCESS-TIMESTAMP") + "GET/users/self/verify"))))
                .names(request -> "subscribe".equals(request.getString("op"))
                        ? objects(request.getJsonArray("args"))
                                .map(arg -> arg.getString("channel") + " " + arg.getLong("instIdCode"))
                                .toList()
                        : List.of())
                .acks((request, streams) -> streams.stream()
                        .map(stream -> stream.split(" ", -1))
                        .map(words -> q(
                                "{'event':'subscribe','arg':{'channel':'%s','instIdCode':%s},'connId':'a'}",
                                words[0], words[1]))
                        .toList())
                .namelessly()
                .refuses(
                        "bbo-tbt 7",
                        "60018",
                        (request, streams) ->
                                List.of(q("{'event':'error','code':'60018','msg':'Wrong instIdCode','connId':'a'}")))
                .sends(
                        "bbo-tbt 211874",
                        NONE,
                        (n, c) -> sbe(
                                1_000,
                                Encoded.block(
                                        211_874L,
                                        1_000L * n,
                                        5_000L + c,
                                        3L * n,
                                        1L,
                                        2L,
                                        3L,
                                        4L,
                                        5,
                                        6,
                                        exponent,
                                        exponent)))
                .sends(
                        "books-l2-tbt 211874",
                        COMPLETE,
                        (n, c) -> n % 7 == 0
                                ? sbe(
                                        1_002,
                                        Encoded.block(
                                                211_874L,
                                                1_000L * n,
                                                5_000L + c,
                                                3L * n,
                                                3L * n - 3,
                                                exponent,
                                                exponent))
                                : sbe(
                                        1_001,
                                        Encoded.block(
                                                211_874L,
                                                1_000L * n,
                                                5_000L + c,
                                                3L * n,
                                                3L * n - 3,
                                                exponent,
                                                exponent),
                                        levels,
                                        levels))
                .sends(
                        "trades 211874",
                        NONE,
                        (n, c) -> sbe(
                                1_005,
                                Encoded.block(
                                        211_874L,
                                        1_000L * n,
                                        5_000L + c,
                                        9L * n,
                                        1L,
                                        2L,
                                        5L * n,
                                        (short) 1,
                                        (byte) 1,
                                        exponent,
                                        exponent,
                                        (byte) 0)))
                .warns(
                        q(
                                "{'event':'notice','code':'64008','msg':'The connection will soon be closed for a service upgrade.','connId':'a'}"));
    }

    private static String sbe(int template, byte[] block, byte[]... sections) {
        return new String(Encoded.sbe(template, block, sections), StandardCharsets.ISO_8859_1);
    }

    private static VenueDialect massive() {
        return VenueDialect.of("massive")
                .withLargerPlan()
                .secrets("key", KEY)
                .greets(q("[{'ev':'status','status':'connected','message':'Connected Successfully'}]"))
                .logsIn(
                        q("[{'ev':'status','status':'auth_success','message':'authenticated'}]"),
                        request -> request.getString("action").equals("auth")
                                && request.getString("params").equals(KEY))
                .names(request -> "subscribe".equals(request.getString("action"))
                        ? List.of(request.getString("params").split(",", -1))
                        : List.of())
                .acks((request, streams) -> List.of(
                        q("[{'ev':'status','status':'success','message':'subscribed to: %s'}]", streams.get(0))))
                .namelessly()
                .refuses(
                        "T.NONE",
                        "not_authorized",
                        (request, streams) -> List.of(
                                q("[{'ev':'status','status':'not_authorized','message':'You are not entitled'}]")))
                .sends(
                        "T.AAPL",
                        NONE,
                        (n, c) -> q("[{'ev':'T','sym':'AAPL','i':'%d','x':4,'q':%d,'t':%d}]", n, 3 * n, n))
                .sends("Q.AAPL", NONE, (n, c) -> q("[{'ev':'Q','sym':'AAPL','bp':%d,'t':%d}]", n, n));
    }

    /** Makes a key. */
    private interface Making {
        KeyPair make() throws GeneralSecurityException;
    }

    private static KeyPair key(Making making) {
        try {
            return making.make();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean verified(String algorithm, KeyPair pair, String text, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            if (algorithm.equals("RSASSA-PSS")) {
                verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            verifier.initVerify(pair.getPublic());
            verifier.update(text.getBytes(StandardCharsets.UTF_8));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isNow(String time, long unitMs) {
        return Math.abs(Long.parseLong(time) * unitMs - System.currentTimeMillis()) < LATEST_MS;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array == null ? Stream.of() : array.stream().map(JsonObject.class::cast);
    }

    private static List<String> texts(JsonArray array) {
        return array == null
                ? List.of()
                : array.stream().map(String.class::cast).toList();
    }

    private static String q(String format, Object... values) {
        return String.format(java.util.Locale.ROOT, format.replace('\'', '"'), values);
    }
}
