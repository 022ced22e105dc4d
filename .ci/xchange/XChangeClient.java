import info.bitrich.xchangestream.binance.BinanceStreamingExchange;
import info.bitrich.xchangestream.binance.BinanceSubscriptionType;
import info.bitrich.xchangestream.core.ProductSubscription;
import info.bitrich.xchangestream.core.StreamingExchangeFactory;
import info.bitrich.xchangestream.service.netty.ConnectionStateModel.State;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.knowm.xchange.ExchangeSpecification;
import org.knowm.xchange.binance.BinanceAdapters;
import org.knowm.xchange.currency.CurrencyPair;

/**
 * XChange's Binance client, unmodified but for the URL. It reads {@code subscribe BTC/USDT} and {@code unsubscribe BTC/USDT} from
 * its input and prints {@code done} after each, {@code trade BTC/USDT 123} for each trade and {@code problem TEXT} for each
 * failure. It ends with its input. relay-clients.mjs starts it.
 */
public final class XChangeClient {
    private static final int CONNECT_SECONDS = 10;
    private static String url;

    private XChangeClient() {}

    /** All that a user of XChange changes. */
    public static final class ThroughRelay extends BinanceStreamingExchange {
        @Override
        protected String getStreamingBaseUri() {
            return url;
        }
    }

    /** @param args the relay's URL, such as ws://127.0.0.1:9443/ */
    public static void main(String[] args) {
        url = args[0];
        ExchangeSpecification specification = new ExchangeSpecification(ThroughRelay.class);
        specification.setShouldLoadRemoteMetaData(false); // over REST, which the relay lacks
        ThroughRelay exchange = (ThroughRelay) StreamingExchangeFactory.INSTANCE.createExchange(specification);
        Scanner commands = new Scanner(System.in);
        int code = 0;
        try {
            while (commands.hasNext()) {
                carryOut(commands.next(), new CurrencyPair(commands.next()), exchange);
                System.out.println("done");
            }
        } catch (RuntimeException e) {
            System.out.println("problem " + e);
            code = 1;
        }
        System.exit(code); // XChange's threads would live on
    }

    private static void carryOut(String command, CurrencyPair pair, ThroughRelay exchange) {
        BinanceAdapters.putSymbolMapping(pair.toString().replace("/", ""), pair); // is in the metadata otherwise
        if (exchange.getStreamingMarketDataService() == null) {
            connect(exchange, pair);
        }
        if (command.equals("subscribe")) {
            subscribe(exchange, pair);
        } else {
            exchange.getStreamingMarketDataService().unsubscribe(pair, BinanceSubscriptionType.TRADE);
        }
    }

    /** XChange wants to connect with a first subscription, and names it in the URL. */
    private static void connect(ThroughRelay exchange, CurrencyPair pair) {
        boolean isConnected = exchange.connect(
                        ProductSubscription.create().addTrades(pair).build())
                .blockingAwait(CONNECT_SECONDS, TimeUnit.SECONDS);
        if (!isConnected) {
            throw new IllegalStateException("not connected within " + CONNECT_SECONDS + " s");
        }
        exchange.enableLiveSubscription();
        exchange.connectionStateObservable()
                .filter(State.CLOSED::equals)
                .subscribe(state -> System.out.println("problem disconnected"));
    }

    private static void subscribe(ThroughRelay exchange, CurrencyPair pair) {
        exchange.getStreamingMarketDataService()
                .getTrades(pair)
                .subscribe(
                        trade -> System.out.println("trade " + pair + " " + trade.getId()),
                        e -> System.out.println("problem " + pair + ": " + e));
    }
}
