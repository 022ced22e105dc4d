// Clients that nobody here wrote, unmodified but for the URL, against a relay: each receives, subscribes and unsubscribes at run
// time, and finds no hole in the numbers of trades. Those that keep order books find no hole in their numbers, and no book with
// bids above asks. CLIENTS is the folder that has their packages in node_modules, EXCHANGE the URL of the exchange over HTTP,
// XCHANGE a file with the class path of XChange, if there is one.
// usage: node relay-clients.mjs ws://127.0.0.1:PORT SECONDS [CLIENT ...]
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.env.CLIENTS ? `${process.env.CLIENTS}/` : import.meta.url);
const [url, seconds, ...wanted] = process.argv.slice(2);
const pause = ms => new Promise(done => setTimeout(done, ms));
const silent = { trace() {}, info() {}, error() {} };

/** The trades that a client got, by symbol: their numbers have no holes as long as it is subscribed. */
class Trades {
  counts = {};
  last = {};
  problems = [];

  saw(symbol, number) {
    const before = this.last[symbol];
    if (before !== undefined && number !== before + 1) {
      this.problems.push(`${symbol}: ${number} after ${before}`);
    }
    this.last[symbol] = number;
    this.counts[symbol] = (this.counts[symbol] ?? 0) + 1;
  }

  /** A stream was left: the next trade may have any number. */
  left(symbol) {
    delete this.last[symbol];
  }
}

/** An order book that a client subscribes late: a snapshot, then changes without a hole. */
class LateBook {
  last = undefined;
  changes = 0;

  constructor(trades, subscribe) {
    this.trades = trades;
    setTimeout(subscribe, seconds * 400);
  }

  saw(isSnapshot, before, number) {
    if (!isSnapshot && before !== this.last) {
      this.trades.problems.push(`book: ${number} follows ${before}, not ${this.last}`);
    }
    this.last = number;
    this.changes += isSnapshot ? 0 : 1;
  }

  check() {
    if (this.changes === 0) {
      this.trades.problems.push('no book');
    }
  }
}

/** Runs a client for its time: a second stream comes and goes. */
async function trial(trades, symbols, subscribe, unsubscribe) {
  const [first, second] = symbols;
  await subscribe(first);
  await pause(seconds * 250);
  await subscribe(second);
  await pause(seconds * 250);
  await unsubscribe(second);
  await pause(500); // what is on its way
  const quiet = trades.counts[second] ?? 0;
  trades.left(second);
  await pause(seconds * 250);
  if ((trades.counts[second] ?? 0) !== quiet) {
    trades.problems.push(`${second}: messages after unsubscribing`);
  }
  await subscribe(second);
  await pause(seconds * 250);
  if (trades.counts[second] === quiet) {
    trades.problems.push(`${second}: no messages after subscribing again`);
  }
}

const clients = {
  async ws(trades) {
    const WebSocket = require('ws');
    const socket = new WebSocket(`${url}/ws`);
    const answers = new Map();
    let id = 0;
    socket.on('message', data => {
      const message = JSON.parse(data);
      if (message.e === 'trade') {
        trades.saw(message.s, message.t);
      } else {
        answers.get(message.id)?.(message);
      }
    });
    await new Promise((open, failed) => socket.once('open', open).once('error', failed));
    const ask = (method, ...params) => new Promise(answered => {
      answers.set(++id, answered);
      socket.send(JSON.stringify({ method, params, id }));
    });
    const name = symbol => `${symbol.toLowerCase()}@trade`;
    await trial(
      trades,
      ['BTCUSDT', 'ETHUSDT'],
      symbol => ask('SUBSCRIBE', name(symbol)),
      symbol => ask('UNSUBSCRIBE', name(symbol)));
    const listed = await ask('LIST_SUBSCRIPTIONS');
    if (listed.result?.length !== 2) {
      trades.problems.push(`listed: ${JSON.stringify(listed)}`);
    }
    const refused = await ask('order.place');
    if (refused.code === undefined) {
      trades.problems.push(`an order was answered with ${JSON.stringify(refused)}`);
    }
    socket.close();
  },

  async binance(trades) {
    const { WebsocketClient } = require('binance');
    const client = new WebsocketClient({ wsUrl: url, beautify: false }, silent);
    client.on('message', message => {
      const event = message.data ?? message;
      if (event.e === 'trade') {
        trades.saw(event.s, event.t);
      }
    });
    client.on('exception', e => trades.problems.push(JSON.stringify(e)));
    await trial(
      trades,
      ['BTCUSDT', 'ETHUSDT'],
      symbol => client.subscribe(`${symbol.toLowerCase()}@trade`, 'main'),
      symbol => client.unsubscribe(`${symbol.toLowerCase()}@trade`, 'main'));
    client.closeAll(true);
  },

  async 'okx-api'(trades) {
    const { WebsocketClient } = require('okx-api');
    const client = new WebsocketClient({ wsUrl: `${url}/ws/v5/public` }, silent);
    const book = new LateBook(trades, () => client.subscribe({ channel: 'books', instId: 'BTC-USDT' }));
    client.on('update', ({ arg, action, data }) => data.forEach(each => arg.channel === 'books'
      ? book.saw(action === 'snapshot', each.prevSeqId, each.seqId)
      : trades.saw(each.instId, Number(each.tradeId))));
    client.on('exception', e => trades.problems.push(JSON.stringify(e)));
    await trial(
      trades,
      ['BTC-USDT', 'ETH-USDT'],
      instId => client.subscribe({ channel: 'trades', instId }),
      instId => client.unsubscribe({ channel: 'trades', instId }));
    book.check();
    client.closeAll(true);
  },

  async 'bybit-api'(trades) {
    const { WebsocketClient } = require('bybit-api');
    const client = new WebsocketClient({ market: 'v5', wsUrl: `${url}/v5/public/spot` }, silent);
    const book = new LateBook(trades, () => client.subscribeV5('orderbook.50.BTCUSDT', 'spot'));
    client.on('update', ({ topic, type, data }) => topic.startsWith('orderbook')
      ? book.saw(type === 'snapshot', data.u - 1, data.u)
      : data.forEach(trade => trades.saw(trade.s, Number(trade.i))));
    client.on('exception', e => trades.problems.push(JSON.stringify(e)));
    await trial(
      trades,
      ['BTCUSDT', 'ETHUSDT'],
      symbol => client.subscribeV5(`publicTrade.${symbol}`, 'spot'),
      symbol => client.unsubscribeV5(`publicTrade.${symbol}`, 'spot'));
    book.check();
    client.closeAll(true);
  },

  async 'ccxt okx'(trades) {
    await ccxt('okx', trades, exchange => { exchange.urls.api.ws = `${url}/ws/v5`; });
  },

  async 'ccxt binance'(trades) {
    await ccxt('binance', trades, exchange => {
      // ccxt takes a URL with "/stream" in it for the spot market's; the relay ignores the user's name
      exchange.urls.api.ws.spot = `${url.replace('//', '//stream@')}/ws`;
      exchange.urls.api.public = `${process.env.EXCHANGE}/api/v3`; // for snapshots of order books
    });
  },

  async 'ccxt bybit'(trades) {
    await ccxt('bybit', trades, exchange => {
      exchange.urls.api.ws.public = { spot: `${url}/v5/public/spot`, linear: `${url}/v5/public/spot` };
    });
  },
};

if (process.env.XCHANGE) {
  clients.XChange = async trades => {
    const client = spawn('java', [
      '-cp', readFileSync(process.env.XCHANGE, 'utf8').trim(),
      new URL('xchange/XChangeClient.java', import.meta.url).pathname, `${url}/`,
    ], { stdio: ['pipe', 'pipe', openSync(`${process.env.CLIENTS}/xchange.log`, 'w')] });
    const ended = new Promise(done => client.once('error', done).once('exit', done));
    let carriedOut;
    createInterface(client.stdout).on('line', line => {
      const [kind, pair, number] = line.split(' ');
      if (kind === 'trade') {
        trades.saw(pair, Number(number));
      } else if (kind === 'done') {
        carriedOut();
      } else {
        trades.problems.push(line);
      }
    });
    const command = (verb, pair) => {
      client.stdin.write(`${verb} ${pair}\n`);
      return Promise.race([ended, new Promise(done => { carriedOut = done; })]);
    };
    await trial(
      trades,
      ['BTC/USDT', 'ETH/USDT'],
      pair => command('subscribe', pair),
      pair => command('unsubscribe', pair));
    client.stdin.end();
    const code = await ended;
    if (code !== 0) {
      trades.problems.push(`java ended with ${code}`);
    }
  };
}

/** Watches trades, a ticker and an order book with markets that need no REST. */
async function ccxt(name, trades, changeUrl) {
  const library = require('ccxt');
  const exchange = new library.pro[name]({ newUpdates: true });
  await exchange.loadHttpProxyAgent(); // ccxt wants this for ws:// URLs
  changeUrl(exchange);
  const market = base => ({
    id: name === 'okx' ? `${base}-USDT` : `${base}USDT`,
    lowercaseId: `${base.toLowerCase()}usdt`,
    symbol: `${base}/USDT`, base, quote: 'USDT', baseId: base, quoteId: 'USDT',
    active: true, type: 'spot', spot: true, margin: false, swap: false, future: false, option: false, contract: false,
    precision: { amount: 0.00001, price: 0.01 }, limits: {}, info: {},
  });
  exchange.setMarkets([market('BTC'), market('ETH')]);
  const running = {};
  const watch = async symbol => {
    while (running[symbol]) {
      try {
        for (const trade of await exchange.watchTrades(symbol)) {
          if (running[symbol]) {
            trades.saw(symbol, Number(trade.id));
          }
        }
      } catch (e) {
        if (running[symbol]) {
          trades.problems.push(`${symbol}: ${e}`);
          return;
        }
      }
    }
  };
  const counts = { ticker: 0, book: 0 };
  let isOpen = true;
  const count = async (what, next) => {
    while (isOpen) {
      try {
        await next();
        counts[what]++;
      } catch (e) {
        if (isOpen) {
          trades.problems.push(`${what}: ${e}`);
          return;
        }
      }
    }
  };
  count('ticker', () => exchange.watchTicker('BTC/USDT'));
  count('book', async () => {
    const book = await exchange.watchOrderBook('BTC/USDT');
    if (!(book.bids[0][0] < book.asks[0][0])) {
      throw new Error(`bid ${book.bids[0]}, ask ${book.asks[0]}`);
    }
  });
  await trial(
    trades,
    ['BTC/USDT', 'ETH/USDT'],
    symbol => {
      running[symbol] = true;
      watch(symbol);
    },
    async symbol => {
      running[symbol] = false;
      await exchange.unWatchTrades(symbol);
    });
  Object.keys(running).forEach(symbol => { running[symbol] = false; });
  Object.keys(counts).filter(what => counts[what] === 0).forEach(what => trades.problems.push(`no ${what}`));
  isOpen = false;
  await exchange.close();
}

process.on('unhandledRejection', e => console.error('rejected:', e?.message ?? e));
let failed = false;

/** Runs one client and prints what it got. */
async function run(name) {
  const trades = new Trades();
  try {
    await clients[name](trades);
  } catch (e) {
    trades.problems.push(String(e?.stack ?? e));
  }
  const received = Object.values(trades.counts).reduce((sum, count) => sum + count, 0);
  const isGood = trades.problems.length === 0 && Object.keys(trades.counts).length === 2;
  failed ||= !isGood;
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name.padEnd(13)} ${received} trades ${JSON.stringify(trades.counts)}`,
    trades.problems.slice(0, 3).join('; '));
}

await Promise.all((wanted.length > 0 ? wanted : Object.keys(clients)).map(run));
process.exit(failed ? 1 : 0);
