// The details of the chosen feed.
"use strict";

let gapsAskedAt = 0;
let worthAskedAt = 0;
let worth = { feed: null, words: "–" };

function drawDetails(feed) {
  $("details").hidden = !feed;
  $("unknown").hidden = Boolean(feed) || selected === null;
  text($("unknown"), selected === null ? "" : `There is no feed ${selected} on this node.`);
  document.querySelectorAll("[data-of-feed]").forEach((e) => text(e, selected ?? ""));
  if (!feed) return;
  drawChosen(feed);
  const isComing = !feed.connections && !feed.error; // the list has come, the details have not
  $("details").classList.toggle("coming", isComing);
  if (isComing) return;
  drawConnections(feed);
  drawPaths(feed);
  drawTimeline(feed);
  drawEvents(feed);
  drawFacts(feed);
  drawConsumers(feed);
  askGaps(feed).catch(() => {});
  askWorth(feed).catch(() => {});
}

/** The head of the details beside the list. */
function drawChosen(feed) {
  const { words, tone } = trouble(feed);
  text($("chosen-name"), feed.feed);
  text($("chosen-state"), words);
  set($("chosen-state"), { "data-tone": tone });
  text($("chosen-why"), why(feed));
  text($("chosen-url"), feed.url ?? "");
  text($("chosen-rate"), count(feed.ratePerSecond ?? 0));
  drawSpark($("chosen-spark"), rates.get(feed.feed) ?? []);
}

// connections

const ORDER = { member: 0, candidate: 1, gone: 2 };

function drawConnections(feed) {
  const all = [...(feed.connections ?? [])].sort((a, b) =>
    (a.role === "gone") - (b.role === "gone") || (a.role === "gone" ? 0 : a.slot - b.slot || ORDER[a.role] - ORDER[b.role]));
  const wins = all.filter((c) => c.role === "member").reduce((total, c) => total + (c.wins ?? 0), 0);
  keyed($("connections"), all, (c) => c.connection + c.role, createRow, (row, c) => drawRow(row, c, wins));
}

function createRow(c) {
  const num = (name) => el("span", { class: "num", "data-name": name });
  const row = el("div", { class: "row", "data-connection": c.connection, "data-role": c.role },
    el("span", { class: "id", title: c.connection }), el("span", { class: "chip" }));
  if (c.role === "gone") {
    row.append(el("span", { class: "end" }), num("Latency"), num("Age"), num("Losses"), num("Saves"));
    return row;
  }
  row.append(
    el("div", { class: "lag" }, el("span", { class: "bar p50" }, el("i")), el("span", { class: "num" }),
      el("span", { class: "bar p99" }, el("i")), el("span", { class: "num" })),
    el("div", { class: "wins" }, el("span", { class: "bar" }, el("i")), el("span", { class: "num" })),
    num("Latency"), num("Age"), num("Losses"), num("Saves"));
  const evict = el("button", { type: "button", hidden: "" }, "Evict");
  evict.addEventListener("click", () => act({ do: "evict", connection: c.connection }));
  row.append(evict);
  return row;
}

function drawRow(row, c, wins) {
  const [id, chip, ...rest] = row.children;
  if (!id.firstChild) id.append(el("small", {}, String(c.slot)), c.connection);
  const [word, tone] = c.role === "gone" ? ["gone", ""] : c.state !== "CONNECTED" ? [c.state.toLowerCase(), "warn"]
    : c.role === "candidate" ? ["on trial", "trial"] : c.inStep === false ? ["joining", "trial"] : ["in step", "good"];
  text(chip, word);
  set(chip, { "data-tone": tone || null });
  const nums = rest.filter((e) => e.classList.contains("num"));
  const values = [ms(c.latencyMs), age(c.ageMs), count(c.losses ?? 0), count(c.saves ?? 0)];
  nums.forEach((e, i) => text(e, values[i]));
  nums[2].classList.toggle("hot", (c.losses ?? 0) > 0 && c.role !== "gone");
  if (c.role === "gone") {
    text(rest[0], c.end ?? "");
    set(rest[0], { title: c.end ?? "" });
    return;
  }
  const [bar50, text50, bar99, text99] = rest[0].children;
  bar50.firstChild.style.width = lagWidth(c.lagP50Micros);
  bar99.firstChild.style.width = lagWidth(c.lagP99Micros);
  text(text50, lag(c.lagP50Micros));
  text(text99, lag(c.lagP99Micros));
  const share = c.role === "member" && wins > 0 ? (c.wins ?? 0) / wins : 0;
  rest[1].children[0].firstChild.style.width = `${(share * 100).toFixed(1)}%`;
  text(rest[1].children[1], c.role === "member" && c.wins !== undefined ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : "–");
  const button = row.querySelector("button");
  button.hidden = !(page.control && token) || c.role !== "member";
}

/** A logarithmic scale from 10 µs to 10 s, so that half a millisecond and half a second are both visible. */
function lagWidth(micros) {
  if (micros === null || micros === undefined || micros <= 0) return "0";
  return `${Math.max(2, Math.min(100, ((Math.log10(micros) - 1) / 6) * 100)).toFixed(1)}%`;
}

// paths

/** What a feed has learned of the ways to its server, those in use first. */
function drawPaths(feed) {
  const paths = feed.paths ?? [];
  const wins = paths.reduce((total, p) => total + p.wins, 0);
  const share = (p) => (wins > 0 ? `${((p.wins / wins) * 100).toFixed(p.wins < wins / 10 ? 1 : 0)} %` : "–");
  const names = (p) => [p.path.host, p.path.server ?? "–", p.path.local ?? "–", p.path.proxy ?? "–"];
  const figures = (p) => [count(p.connections), ms(p.connectMs), ms(p.latencyMs), ms(p.lagP99Ms), share(p), count(p.losses), p.lifetimeMs === null ? "–" : age(p.lifetimeMs)];
  keyed($("paths").tBodies[0], paths, (p) => names(p).join(" "), (p) => el("tr", {}, ...names(p).map(() => el("td")), ...figures(p).map(() => el("td", { class: "num" })), el("td")),
    (row, p) => {
      const rest = p.restMs > 0 ? clock(state.micros + p.restMs * 1_000, false) : "–";
      [...names(p), ...figures(p), rest].forEach((value, i) => text(row.cells[i], value));
      set(row, { title: p.lastFailure || null, "data-used": p.connections > 0 ? "true" : null });
    });
  if (paths.length === 0) emptyTable($("paths"), "No path is known yet.");
}

// events

const TONE = {
  connected: "good", recovered: "good", "in-step": "good", evicted: "warn", "eviction-abandoned": "", disconnected: "bad", degraded: "bad", dropped: "bad",
  "connect-failed": "bad", "connect-waiting": "warn", advice: "warn", "subscribe-failed": "bad", "stream-refused": "bad", "protocol-differs": "warn", "stream-silent": "warn", "out-of-step": "warn", conflict: "warn", overloaded: "warn", "connection-gap": "warn", "copies-missing": "warn", "losses-shared": "warn", "lines-differ": "bad", "not-found": "warn", "streams-ignored": "warn", "several-values": "warn", "shutdown-announced": "warn",
};

function describe(e) {
  const facts = {
    connected: () => `${e.connection}`,
    "in-step": () => `${e.connection}${e.alone ? ", alone" : ""}`,
    disconnected: () => `${e.connection}: ${e.reason || e.cause} after ${age(e.ageMs)}`,
    evicted: () => `${e.connection}: ${e.reason}; ${e.replacement} took over`,
    "eviction-abandoned": () => `${e.connection || "nobody"} stays: ${e.reason}`,
    gap: () => `${e.stream} ${e.from} to ${e.to} ${e.state}${e.connection ? ` by ${e.connection}` : ""}`,
    degraded: () => `${e.live} of ${e.target} connections live${e.reason ? `: ${e.reason}` : ""}`,
    recovered: () => `${e.live} of ${e.target} connections live`,
    dropped: () => `${count(e.count)} messages: ${e.cause}`,
    "owner-changed": () => `${e.node}, epoch ${e.epoch}, from message ${e.from} on`,
    overloaded: () => `${e.node} ${e.over ? "compares the feed with its owner again" : "no longer compares the feed with its owner"}`,
    "connect-failed": () => `${e.reason || e.cause}`,
    "connect-waiting": () => `${age(e.waitMs)} until the next attempt`,
    "stream-silent": () => [e.connection, e.stream, (e.streams ?? []).join(", "), e.silentMs ? `for ${age(e.silentMs)}` : ""].filter(Boolean).join(" "),
  };
  return [e.event, (facts[e.event] ?? (() => [e.connection, e.stream, e.reason].filter(Boolean).join(" ")))()];
}

function drawEvents(feed) {
  const newest = (events.get(feed.feed) ?? []).slice(-60).reverse();
  keyed($("events"), newest, (e) => e.number, (e) => {
    const [word, facts] = describe(e);
    const tone = e.event === "gap" ? { healed: "good", lost: "bad", open: "trial" }[e.state] : TONE[e.event];
    return el("li", { "data-tone": tone || null, "data-event": e.event },
      el("time", {}, clock(e.micros)), el("span", {}, el("b", {}, word), ` ${facts}`));
  }, () => {});
  placeholder($("events"), newest.length === 0, "li", "No events yet.");
}

// gaps, consumers, budgets

async function askGaps(feed) {
  if (Date.now() - gapsAskedAt < 3_000 || feed.error) return;
  gapsAskedAt = Date.now();
  const answer = await fetch(`api/gaps?feed=${encodeURIComponent(feed.feed)}`);
  if (!answer.ok || feed.feed !== selected) return;
  const { gaps } = await answer.json();
  const newest = gaps.sort((a, b) => b.openedMicros - a.openedMicros).slice(0, 50);
  const tone = { healed: "good", lost: "bad", open: "trial" };
  $("gaps").tBodies[0].replaceChildren(...newest.map((g) => el("tr", {},
    el("td", {}, g.stream), el("td", { class: "num" }, String(g.from)), el("td", { class: "num" }, String(g.to)),
    el("td", {}, el("span", { class: "chip", "data-tone": tone[g.state] }, g.state)), el("td", {}, g.healedBy ?? "–"),
    el("td", {}, g.lackedBy.join(", ") || "–"), el("td", { class: "num" }, clock(g.openedMicros, false)))));
  if (newest.length === 0) {
    const why = feed.gaps?.streams ? "No number was missing." : "This feed has no numbers that could prove a gap.";
    emptyTable($("gaps"), why);
  }
}

async function askWorth(feed) {
  if (Date.now() - worthAskedAt < 10_000 || feed.error) return;
  worthAskedAt = Date.now();
  const answer = await fetch(`api/worth?feed=${encodeURIComponent(feed.feed)}`);
  if (!answer.ok || feed.feed !== selected) return;
  const pools = (await answer.json()).worth.map((pool) => pool.subsets).filter((subsets) => subsets.length > 0);
  worth = { feed: feed.feed, words: pools.map(enough).join("; ") || "not known yet" };
}

/** The fewest connections that lose nothing and add at most a millisecond to the 99th percentile. */
function enough(subsets) {
  const all = subsets.length;
  const few = subsets.find((s) => s.lost === 0 && s.lagP99Micros <= 1_000);
  if (!few || few.connections.length === all) return `all ${all}: fewer would lose messages or be later`;
  const keep = few.connections.length === 1 ? "; keep 2: one alone loses messages when it ends" : "";
  return `${few.connections.length} of ${all} would do: p99 + ${lag(few.lagP99Micros)}, 0 of ${count(few.messages)} sampled messages lost${keep}`;
}

/** Ages by the exchange's time stamps. Its clock is not known exactly, so an age may be negative. */
function exchangeAge(latency) {
  if (!latency) return "no time in the messages";
  const signed = (micros) => (micros < 0 ? `−${lag(-micros)}` : lag(micros));
  return `p50 ${signed(latency.p50Micros)}, p99 ${signed(latency.p99Micros)}`;
}

function exchangeClock(latency) {
  if (!latency) return "–";
  if (latency.errorMicros === null) return "unknown: ages use the clock of this machine";
  const ahead = latency.offsetMicros < 0 ? `${lag(-latency.offsetMicros)} behind ours` : `${lag(latency.offsetMicros)} ahead of ours`;
  return `${ahead}, ± ${lag(latency.errorMicros)}`;
}

/** The feed's event bus consumers on this node, the furthest behind first. */
function drawConsumers(feed) {
  const consumers = [...(feed.consumers ?? [])].sort((a, b) => b.blocked - a.blocked || b.dropped - a.dropped || b.behind - a.behind);
  const state = (c) => (c.blocked ? ["blocked", "bad"] : c.contexts === 0 ? ["gone", ""] : c.dropped > 0 ? ["missed some", "warn"] : ["keeps up", "good"]);
  $("consumers").tBodies[0].replaceChildren(...consumers.map((c) => {
    const [word, tone] = state(c);
    return el("tr", {}, el("td", {}, c.thread.replace("vert.x-", "")), el("td", {}, el("span", { class: "chip", "data-tone": tone || null }, word)),
      el("td", { class: "num" }, count(c.behind)), el("td", { class: "num" }, count(c.dropped)));
  }));
  if (consumers.length === 0) emptyTable($("consumers"), "No event bus consumers on this node.");
}

/** The clients of the relay, those with the most waiting bytes first. */
function drawRelay(relay) {
  $("relay").hidden = !relay;
  if (!relay) return;
  text($("relay-of"), `${relay.url}, ${count(relay.count)} clients`);
  const streams = (c) => (c.streams ? c.streams.join(", ") + (c.streamCount > c.streams.length ? ` and ${c.streamCount - c.streams.length} more` : "") : "all");
  const rows = relay.clients.map((c) => el("tr", {}, el("td", {}, c.client), el("td", {}, c.feed), el("td", {}, streams(c)),
    el("td", { class: "num" }, count(c.ratePerSecond)), el("td", { class: "num" }, `${count(c.backlogBytes)} B`), el("td", { class: "num" }, ms(c.queueAgeMs)),
    el("td", { class: "num" }, count(c.conflated))));
  $("relay-clients").tBodies[0].replaceChildren(...rows);
  if (rows.length === 0) emptyTable($("relay-clients"), "No clients.");
}

function drawFacts(feed) {
  const list = (counts) => Object.entries(counts ?? {}).map(([cause, n]) => `${cause} ${count(n)}`).join(", ");
  const facts = [
    ["Dropped, by cause", list(feed.dropped) || "none", sum(feed.dropped) > 0],
    ["Age at arrival", exchangeAge(feed.exchangeLatency)],
    ["Exchange's clock", exchangeClock(feed.exchangeLatency), feed.exchangeLatency?.clockFailures > 0 && feed.exchangeLatency.errorMicros === null],
    ["Connections needed", worth.feed === feed.feed ? worth.words : "–"],
    ["Waiting in streams", `${count(feed.waiting)} messages`, feed.waiting > 8_192],
    ["Evicted, by reason", list(feed.evictedFor) || "none"],
    ["Failures, by cause", list(feed.failures) || "none"],
    ["Attempts left", feed.attemptsLeft === null || feed.attemptsLeft === undefined ? "not limited" : `${count(feed.attemptsLeft)} in five minutes`, feed.attemptsLeft === 0],
    ["Control messages", count(feed.control)],
    ["Malformed", count(feed.malformed), feed.malformed > 0],
  ];
  keyed($("facts"), facts.flatMap(([name, value, bad]) => [["dt", name, name], ["dd", name, value, bad]]), ([tag, name]) => tag + name,
    ([tag]) => el(tag), (child, [, , value, bad]) => {
      text(child, value);
      child.classList.toggle("bad", Boolean(bad));
    });
  text($("gaps-sum"), feed.gaps ? `${count(feed.gaps.healed)} healed, ${count(feed.gaps.lost)} lost, ${count(feed.gaps.open)} open` : "");
}

// live tail

let tail = null;

function startTail() {
  const filter = $("tail-filter").value;
  tail = new EventSource(`api/tail?feed=${encodeURIComponent(selected)}&filter=${encodeURIComponent(filter)}`);
  text($("tail-toggle"), "Stop");
  tail.onmessage = (message) => {
    const update = JSON.parse(message.data);
    text($("tail-sum"), `${count(update.passed * 2)} a second pass${filter ? `, ${count(update.matched * 2)} match` : ""}`);
    const lines = update.messages.map((m) => el("li", { class: "tail-line" },
      el("span", {}, m.micros ? clock(m.micros) : ""), el("span", {}, m.connection ?? ""), el("span", { class: "payload" }, m.text)));
    const list = $("tail");
    list.prepend(...lines.reverse());
    while (list.children.length > 120) list.lastChild.remove();
  };
}

function stopTail() {
  tail?.close();
  tail = null;
  text($("tail-toggle"), "Show");
  text($("tail-sum"), "");
  $("tail").replaceChildren();
}

$("tail-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (tail) stopTail();
  else if (selected) startTail();
});
