// The operator's page. Texts from servers are inserted as text, never as markup.
"use strict";

const WINDOWS_MS = [60_000, 180_000];
const WINDOW_MS = WINDOWS_MS[1];
const SECONDS = 120;
const $ = (id) => document.getElementById(id);

let page = { control: false, login: false };
let token = null;
let state = null; // the last update
let selected = null;
let gapsAskedAt = 0;
let worthAskedAt = 0;
let worth = { feed: null, words: "–" };
const rates = new Map(); // feed -> messages per second, oldest first
const events = new Map(); // feed -> events, oldest first
const lives = new Map(); // feed -> connection id -> its life, for the timeline

// elements

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** Updates the children of a container from a list. Elements of remaining items are kept, so that a click finds its button. */
function keyed(container, items, keyOf, create, update) {
  const old = new Map([...container.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    let child = old.get(key);
    if (!child) {
      child = create(item);
      child.dataset.key = key;
    }
    old.delete(key);
    update(child, item);
    return child;
  });
  old.forEach((child) => child.remove());
  wanted.forEach((child, i) => {
    if (container.children[i] !== child) container.insertBefore(child, container.children[i] ?? null);
  });
}

// words

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function count(n) {
  return n === null || n === undefined ? "–" : n < 100_000 ? whole.format(n) : compact.format(n);
}

function lag(micros) {
  if (micros === null || micros === undefined) return "–";
  if (micros < 1_000) return `${micros} µs`;
  if (micros < 1_000_000) return `${(micros / 1_000).toFixed(micros < 100_000 ? 1 : 0)} ms`;
  return `${(micros / 1_000_000).toFixed(1)} s`;
}

function ms(value) {
  return value === null || value === undefined ? "–" : `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

function age(msOld) {
  const s = Math.floor(msOld / 1_000);
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} m ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} m`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

function clock(micros, thousandths = true) {
  const at = new Date(micros / 1_000);
  const time = at.toTimeString().slice(0, 8);
  return thousandths ? `${time}.${String(at.getMilliseconds()).padStart(3, "0")}` : time;
}

const STATE = {
  CONNECTED: ["complete", "good"], DEGRADED: ["degraded", "warn"], DISCONNECTED: ["no connection", "bad"],
  STARTING: ["starting", "warn"], CLOSED: ["closed", "bad"],
};

function sum(object) {
  return Object.values(object ?? {}).reduce((a, b) => a + b, 0);
}

// summary

function drawHealth() {
  const words = { UP: "All feeds complete", DEGRADED: "Degraded", DOWN: "Down" };
  const health = $("health");
  health.dataset.level = state.health;
  text(health.querySelector("b"), words[state.health]);
  text(health.querySelector("span"), state.reasons.join(" · "));
  document.title = state.health === "UP" ? "Firstline" : `${words[state.health]} – Firstline`;
}

function drawTotals(feeds) {
  const members = feeds.flatMap((f) => f.connections ?? []);
  const of = (key) => feeds.reduce((total, f) => total + (f[key] ?? 0), 0);
  const gaps = (key) => feeds.reduce((total, f) => total + (f.gaps?.[key] ?? 0), 0);
  const saved = members.reduce((total, c) => total + (c.saves ?? 0), 0);
  const dropped = feeds.reduce((total, f) => total + sum(f.dropped), 0);
  const perMessage = of("published") ? (of("copies") / of("published")).toFixed(1) : "–";
  const totals = [
    ["Published", count(of("published")), `${perMessage} copies of each message`],
    ["Rate", `${count(of("ratePerSecond"))}/s`, `${feeds.length === 1 ? "1 feed" : `${feeds.length} feeds`}`],
    ["Saved", count(saved), "delivered by one connection only", saved > 0 ? "good" : ""],
    ["Gaps lost", count(gaps("lost")), `${count(gaps("healed"))} healed, ${count(gaps("open"))} open`, gaps("lost") > 0 ? "bad" : gaps("healed") > 0 ? "good" : ""],
    ["Evicted", count(of("evictions")), `${count(of("lost"))} ${of("lost") === 1 ? "connection" : "connections"} lost`],
    ["Dropped", count(dropped), "by cause below", dropped > 0 ? "bad" : ""],
  ];
  keyed($("totals"), totals, (t) => t[0],
    ([name]) => el("dl", { class: "total" }, el("dt", {}, name), el("dd"), el("small")),
    (child, [, value, note, tone]) => {
      set(child, { "data-tone": tone || null });
      text(child.children[1], value);
      text(child.children[2], note);
    });
}

// feeds

function drawFeeds(feeds) {
  keyed($("feeds"), feeds, (f) => f.feed, (feed) => {
    const card = el("button", { class: "feed", type: "button", "data-feed": feed.feed },
      el("span", { class: "name" }, feed.feed), el("span", { class: "chip" }), el("span", { class: "url" }),
      el("span", { class: "rate" }, el("span"), el("small", {}, " msg/s")), el("span", { class: "dots" }),
      svg("svg", { class: "spark", viewBox: `0 0 ${SECONDS} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("path", { class: "area" }), svg("path", { class: "stroke" })),
      el("span", { class: "foot" }));
    card.addEventListener("click", () => select(feed.feed));
    return card;
  }, drawFeed);
}

function drawFeed(card, feed) {
  const [name, chip, url, rate, dots, spark, foot] = card.children;
  const [word, tone] = feed.error ? ["no answer", "bad"] : STATE[feed.state] ?? [feed.state, "warn"];
  set(card, { "aria-pressed": String(feed.feed === selected), "data-state": feed.state ?? "ERROR" });
  text(name, feed.feed);
  text(chip, feed.state === "DEGRADED" ? `${word} ${feed.live}/${feed.target}` : word);
  set(chip, { "data-tone": tone });
  text(url, feed.error ?? feed.url);
  text(rate.children[0], count(feed.ratePerSecond ?? 0));
  keyed(dots, [...Array(feed.target ?? 0).keys()], (i) => i, () => el("i"),
    (dot, i) => { dot.className = i < feed.live ? "on" : ""; });
  set(dots, { title: `${feed.live} of ${feed.target} connections` });
  drawSpark(spark, rates.get(feed.feed) ?? []);
  const slow = (feed.consumers ?? []).filter((c) => c.blocked).length;
  const facts = [...(slow ? [`${slow} consumer${slow > 1 ? "s" : ""} blocked`] : []), `${count(feed.gaps?.healed)} gaps healed`, `${count(feed.gaps?.lost)} lost`, `${count(feed.late)} late`,
    `${count(sum(feed.dropped))} dropped`, `${count(feed.evictions)} evicted`];
  text(foot, feed.error ? "" : [...(feed.problems ?? []), ...facts].join(" · "));
}

function drawSpark(spark, values) {
  const top = Math.max(1, ...values) * 1.15;
  const points = values.map((v, i) => `${SECONDS - values.length + i + 1},${(39 - (v / top) * 38).toFixed(1)}`);
  const first = SECONDS - values.length + 1;
  set(spark.children[0], { d: points.length > 1 ? `M${first},40 L${points.join(" L")} L${SECONDS},40 Z` : "M0,0" });
  set(spark.children[1], { d: points.length > 1 ? `M${points.join(" L")}` : "M0,0" });
}

function select(feed) {
  selected = feed;
  gapsAskedAt = 0;
  worthAskedAt = 0;
  stopTail();
  draw();
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
  if (paths.length === 0) $("paths").tBodies[0].replaceChildren(el("tr", {}, el("td", { colspan: "12", class: "empty" }, "No path is known yet.")));
}

// timeline

function livesOf(feed) {
  if (!lives.has(feed)) lives.set(feed, new Map());
  return lives.get(feed);
}

function lifeOf(feed, id) {
  const all = livesOf(feed);
  if (!all.has(id)) all.set(id, { id, slot: null, from: null, step: null, to: null, how: null, note: "" });
  return all.get(id);
}

function live(event) {
  const at = event.micros / 1_000;
  if (!event.connection || event.event === "gap") return;
  const life = lifeOf(event.feed, event.connection);
  if (event.event === "connected") life.from = at;
  if (event.event === "in-step") life.step = at;
  if (event.event === "disconnected") Object.assign(life, { to: at, how: "lost", note: event.reason || event.cause });
  if (event.replacement) {
    const replacement = lifeOf(event.feed, event.replacement);
    replacement.slot ??= life.slot;
    life.slot ??= replacement.slot;
    if (event.event === "evicted") Object.assign(life, { to: at, how: "evicted", note: event.reason });
    if (event.event === "eviction-abandoned") Object.assign(replacement, { to: at, how: "abandoned", note: event.reason });
  }
}

function follow(feed) {
  const now = state.micros / 1_000;
  for (const c of feed.connections ?? []) {
    if (c.role === "gone" && !livesOf(feed.feed).has(c.connection)) continue;
    const life = lifeOf(feed.feed, c.connection);
    life.slot = c.slot;
    if (c.role === "gone") {
      life.to ??= now;
      life.how ??= "gone";
    } else {
      life.from ??= now - c.ageMs;
      if (c.inStep !== false) life.step ??= c.role === "member" && !life.seen ? life.from : now;
    }
    life.seen = true;
  }
  for (const [id, life] of livesOf(feed.feed)) {
    if ((life.to ?? now) < now - WINDOW_MS - 10_000) livesOf(feed.feed).delete(id);
  }
}

function drawTimeline(feed) {
  const chart = $("timeline");
  const width = chart.clientWidth || 800;
  const left = 58;
  const lane = 24;
  const head = 20;
  const slots = feed.target ?? 0;
  const height = head + slots * lane + 22;
  const now = state.micros / 1_000;
  const eldest = Math.min(now, ...[...livesOf(feed.feed).values()].map((l) => l.from ?? now));
  const span = now - eldest < WINDOWS_MS[0] ? WINDOWS_MS[0] : WINDOW_MS;
  const x = (at) => left + ((at - (now - span)) / span) * (width - left - 8);
  const clip = (at) => Math.max(left, Math.min(width - 8, x(at)));
  set(chart, { viewBox: `0 0 ${width} ${height}`, height });
  const parts = [];
  trouble(feed.feed, now).forEach(([from, to]) => parts.push(svg("rect",
    { class: "trouble", x: clip(from), width: Math.max(2, clip(to) - clip(from)), y: head - 2, height: slots * lane + 2 })));
  for (let s = 0, every = span / (width < 600 ? 3_000 : 6_000); s <= span / 1_000; s += every) {
    const at = x(now - s * 1_000);
    parts.push(svg("line", { class: "grid", x1: at, x2: at, y1: head - 4, y2: head + slots * lane }));
    parts.push(svg("text", { x: at, y: height - 5, "text-anchor": s === 0 ? "end" : "middle" }, s === 0 ? "now" : `−${s} s`));
  }
  for (let slot = 1; slot <= slots; slot++) {
    const y = head + (slot - 1) * lane;
    parts.push(svg("line", { class: "lane", x1: 0, x2: width, y1: y, y2: y }));
    parts.push(svg("text", { x: 0, y: y + 16 }, `slot ${slot}`));
  }
  for (const slot of Array(slots).keys()) parts.push(...bars([...livesOf(feed.feed).values()].filter((l) => l.slot === slot + 1), clip, now, span, head + slot * lane));
  parts.push(...gapMarks(feed.feed, x, left));
  chart.replaceChildren(...parts);
}

/** A replacement is drawn in the other half of the lane, so that its overlap with the replaced connection is visible. */
function bars(ofSlot, clip, now, span, top) {
  const parts = [];
  ofSlot.filter((l) => l.from !== null).sort((a, b) => a.from - b.from).forEach((life, i) => {
    life.half ??= i % 2;
    const y = top + 4 + life.half * 9;
    const end = life.to ?? now;
    const step = Math.min(life.step ?? end, end);
    const past = life.to ? " past" : "";
    const title = () => svg("title", {}, `${life.id}${life.how ? ` – ${life.how}: ${life.note}` : ""}`);
    if (clip(step) > clip(life.from)) {
      parts.push(svg("rect", { class: `joining${past}`, x: clip(life.from), width: Math.max(2, clip(step) - clip(life.from)), y, height: 7, rx: 3 }, title()));
    }
    if (clip(end) > clip(step)) {
      parts.push(svg("rect", { class: `leading${past}`, x: clip(step), width: clip(end) - clip(step), y, height: 7, rx: 3, "data-connection": life.id }, title()));
    }
    if (life.to && life.how !== "gone" && clip(end) > clip(now - span)) {
      parts.push(svg("rect", { class: life.how, x: clip(end) - 1, width: 4, y: y - 2, height: 11, rx: 1.5 }, title()));
    }
  });
  return parts;
}

function trouble(feed, now) {
  const spans = [];
  let since = null;
  for (const e of events.get(feed) ?? []) {
    if (e.event === "degraded") since ??= e.micros / 1_000;
    if (e.event === "recovered" && since !== null) {
      spans.push([since, e.micros / 1_000]);
      since = null;
    }
  }
  if (since !== null) spans.push([since, now]);
  return spans.filter(([, to]) => to > now - WINDOW_MS);
}

function gapMarks(feed, x, left) {
  return (events.get(feed) ?? []).filter((e) => e.event === "gap" && x(e.micros / 1_000) > left).map((e) => {
    const at = x(e.micros / 1_000);
    return svg("path", { class: `gap-${e.state}`, d: `M${at},4 l5,5 l-5,5 l-5,-5 z` }, svg("title", {}, describe(e).join(" ")));
  });
}

// events

const TONE = {
  connected: "good", recovered: "good", "in-step": "good", evicted: "warn", "eviction-abandoned": "", disconnected: "bad", degraded: "bad", dropped: "bad",
  "connect-failed": "bad", "connect-waiting": "warn", advice: "warn", "subscribe-failed": "bad", "protocol-differs": "warn", "stream-silent": "warn", "out-of-step": "warn", conflict: "warn", "connection-gap": "warn", "copies-missing": "warn", "losses-shared": "warn", "lines-differ": "bad", "not-found": "warn", "streams-ignored": "warn", "several-values": "warn", "shutdown-announced": "warn",
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

function placeholder(container, isEmpty, tag, words) {
  const there = container.querySelector(":scope > .empty");
  if (isEmpty && !there) container.append(el(tag, { class: "empty" }, words));
  if (!isEmpty && there) there.remove();
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
    $("gaps").tBodies[0].replaceChildren(el("tr", {}, el("td", { colspan: "7", class: "empty" }, why)));
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
  if (consumers.length === 0) $("consumers").tBodies[0].replaceChildren(el("tr", {}, el("td", { colspan: "4", class: "empty" }, "No event bus consumers on this node.")));
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
  if (rows.length === 0) $("relay-clients").tBodies[0].replaceChildren(el("tr", {}, el("td", { colspan: "7", class: "empty" }, "No clients.")));
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

// buttons

async function act(command) {
  const answer = await fetch("api/command", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ feed: selected, ...command }),
  });
  const body = await answer.json();
  if (answer.status === 401) token = null;
  text($("act-answer"), answer.ok ? `${command.do}: done` : `${command.do}: ${body.error}`);
  setTimeout(() => text($("act-answer"), ""), 8_000);
  drawButtons();
}

function drawButtons() {
  $("unlock").hidden = !page.control || token !== null;
  $("feed-acts").hidden = !(page.control && token);
}

$("unlock").addEventListener("click", () => $("login").showModal());
$("login").addEventListener("close", () => {
  if ($("login").returnValue === "ok" && $("token").value) token = $("token").value;
  $("token").value = "";
  drawButtons();
  if (state) draw();
});
for (const button of $("feed-acts").querySelectorAll("button")) {
  button.addEventListener("click", () => act(button.dataset.do === "renew" ? { do: "renew" }
    : { do: button.dataset.do, streams: $("stream").value.split(/[\s,]+/).filter(Boolean) }));
}

// updates

function take(update) {
  if (update.rates) {
    events.clear();
    lives.clear();
    rates.clear();
    Object.entries(update.rates).forEach(([feed, history]) => rates.set(feed, history));
  }
  const newSecond = !state || Math.floor(update.micros / 1e6) !== Math.floor(state.micros / 1e6);
  state = update;
  for (const e of update.events) {
    const list = events.get(e.feed) ?? [];
    list.push(e);
    events.set(e.feed, list.slice(-500));
    live(e);
  }
  for (const feed of Object.values(update.feeds)) {
    follow(feed);
    if (newSecond && !update.rates && !feed.error) rates.set(feed.feed, [...(rates.get(feed.feed) ?? []), feed.ratePerSecond].slice(-SECONDS));
  }
  draw();
}

function draw() {
  if (!state) return;
  const feeds = Object.keys(state.feeds).sort().map((name) => ({ feed: name, ...state.feeds[name] }));
  if (!state.feeds[selected]) selected = feeds[0]?.feed ?? null;
  drawHealth();
  drawTotals(feeds);
  drawFeeds(feeds);
  placeholder($("feeds"), feeds.length === 0, "p", "No feed runs.");
  drawButtons();
  drawRelay(state.relay);
  const feed = feeds.find((f) => f.feed === selected);
  document.querySelectorAll("[data-of-feed]").forEach((e) => text(e, selected ?? ""));
  if (!feed) return;
  drawConnections(feed);
  drawPaths(feed);
  drawTimeline(feed);
  drawEvents(feed);
  drawFacts(feed);
  drawConsumers(feed);
  askGaps(feed).catch(() => {});
  askWorth(feed).catch(() => {});
}

function online(on) {
  $("link").dataset.on = String(on);
  text($("link"), on ? "live" : "offline");
}

async function begin() {
  page = await (await fetch("api/page")).json();
  set(document.body, { "data-version": page.version });
  const source = new EventSource("api/events");
  source.onopen = () => online(true);
  source.onerror = () => online(false);
  source.onmessage = (message) => take(JSON.parse(message.data));
  addEventListener("resize", () => draw());
}

begin().catch(() => online(false));
