// The operator's page: its state, the summary, the buttons, and the updates from the server.
"use strict";

const SECONDS = 120;
const MOST_REASONS = 4;
const narrow = matchMedia("(max-width: 760px)");

let page = { control: false, login: false };
let token = null;
let state = null; // the last update
let selected = null;
const rates = new Map(); // feed -> messages per second, oldest first
const events = new Map(); // feed -> events, oldest first

// summary

function drawHealth(feeds) {
  const words = { UP: feeds.length === 0 ? "No feed runs" : "All feeds complete", DEGRADED: "Degraded", DOWN: "Down" };
  const health = $("health");
  health.dataset.level = state.health;
  text(health.querySelector("b"), words[state.health]);
  const more = state.reasons.length - MOST_REASONS;
  text(health.querySelector("span"), state.reasons.slice(0, MOST_REASONS).join(" · ") + (more > 0 ? ` · and ${more} more` : ""));
  document.title = state.health === "UP" ? "Firstline" : `${words[state.health]} – Firstline`;
}

function drawTotals(feeds) {
  const of = (key) => feeds.reduce((total, f) => total + (f[key] ?? 0), 0);
  const gaps = (key) => feeds.reduce((total, f) => total + (f.gaps?.[key] ?? 0), 0);
  const saved = of("saved");
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

// the chosen feed

/** The feed that the page's address names; null = none. */
function linked() {
  return new URLSearchParams(location.hash.slice(1)).get("feed");
}

function linkTo(feed) {
  return `#${new URLSearchParams({ feed })}`;
}

/** Without a link, the first feed is shown. On a narrow screen the list comes first. */
function choose(feeds) {
  const before = selected;
  if (linked() !== null) selected = linked();
  else if (state.list && narrow.matches) selected = null;
  else if (!state.feeds[selected]) selected = (state.list ? ordered(feeds) : feeds)[0]?.feed ?? null;
  if (selected !== before) {
    gapsAskedAt = 0;
    worthAskedAt = 0;
    stopTail();
    if (state.list && narrow.matches) scrollTo(0, 0); // the details take the place of the list, or the reverse
  }
  if (state.list && watched !== selected) watch();
}

addEventListener("hashchange", () => draw());

// updates

let source = null;
let watched = null; // the feed whose details the server sends

function watch() {
  source?.close();
  watched = selected;
  source = new EventSource(watched === null ? "api/events" : `api/events?feed=${encodeURIComponent(watched)}`);
  source.onopen = () => online(true);
  source.onerror = () => {
    online(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(watch, 2_000); // the server had no room for this page
  };
  source.onmessage = (message) => take(JSON.parse(message.data));
}

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
    if (!feed.connections) continue;
    follow(feed);
    if (newSecond && !update.rates) rates.set(feed.feed, [...(rates.get(feed.feed) ?? []), feed.ratePerSecond ?? 0].slice(-SECONDS));
  }
  draw();
}

function draw() {
  if (!state) return;
  const feeds = Object.keys(state.feeds).sort().map((name) => ({ feed: name, ...state.feeds[name] }));
  choose(feeds);
  set(document.body, { "data-layout": state.list ? "list" : "cards", "data-linked": String(linked() !== null) });
  drawHealth(feeds);
  drawTotals(feeds);
  if (state.list) drawList(feeds);
  else drawCards(feeds);
  placeholder($("feeds"), feeds.length === 0, "p", "Feeds that start appear here.");
  drawButtons();
  drawRelay(state.relay);
  askNodes().catch(() => {});
  drawDetails(feeds.find((f) => f.feed === selected));
}

function online(on) {
  $("link").dataset.on = String(on);
  text($("link"), on ? "live" : "offline");
}

async function begin() {
  page = await (await fetch("api/page")).json();
  set(document.body, { "data-version": page.version });
  selected = linked();
  watch();
  addEventListener("resize", () => draw());
}

begin().catch(() => online(false));
