// All feeds: as cards while they are few, else as a list.
"use strict";

const STATE = {
  CONNECTED: ["complete", "good"], DEGRADED: ["degraded", "warn"], DISCONNECTED: ["no connection", "bad"],
  STARTING: ["starting", "warn"], CLOSED: ["closed", "bad"],
};

/** How urgent a feed is (0 = all is well), with the words and the tone for it. */
function trouble(feed) {
  if (feed.error) return { rank: 4, words: "no answer", tone: "bad" };
  const [word, tone] = STATE[feed.state] ?? [feed.state, "warn"];
  const words = feed.state === "DEGRADED" && feed.live < feed.target ? `${word} ${feed.live}/${feed.target}` : word;
  if (tone !== "good") return { rank: tone === "bad" ? 3 : 2, words, tone };
  if (feed.blockedConsumers > 0) return { rank: 1, words: "consumer blocked", tone: "warn" };
  return feed.problems?.length > 0 ? { rank: 1, words: "problem", tone: "warn" } : { rank: 0, words, tone };
}

/** One line about what is wrong. */
function why(feed) {
  return feed.error ?? feed.problems?.join(" · ") ?? "";
}

// cards

function drawCards(feeds) {
  keyed($("feeds"), feeds, (f) => f.feed, (feed) => {
    const card = el("button", { class: "feed", type: "button", "data-feed": feed.feed },
      el("span", { class: "name" }, feed.feed), el("span", { class: "chip" }), el("span", { class: "url" }),
      el("span", { class: "rate" }, el("span"), el("small", {}, " msg/s")), el("span", { class: "dots" }),
      svg("svg", { class: "spark", viewBox: `0 0 ${SECONDS} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("path", { class: "area" }), svg("path", { class: "stroke" })),
      el("span", { class: "foot" }));
    card.addEventListener("click", () => { location.hash = linkTo(feed.feed); });
    return card;
  }, drawFeed);
}

function drawFeed(card, feed) {
  const [name, chip, url, rate, dots, spark, foot] = card.children;
  const { words, tone } = trouble(feed);
  set(card, { "aria-pressed": String(feed.feed === selected), "data-state": feed.state ?? "ERROR" });
  text(name, feed.feed);
  text(chip, words);
  set(chip, { "data-tone": tone });
  text(url, feed.error ?? feed.url);
  text(rate.children[0], count(feed.ratePerSecond ?? 0));
  keyed(dots, [...Array(feed.target ?? 0).keys()], (i) => i, () => el("i"),
    (dot, i) => { dot.className = i < feed.live ? "on" : ""; });
  set(dots, { title: `${feed.live} of ${feed.target} connections` });
  drawSpark(spark, rates.get(feed.feed) ?? []);
  const slow = feed.blockedConsumers;
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

// the list

/** By which figure each column sorts, the highest first. */
const SORTS = {
  feed: null, state: (feed) => trouble(feed).rank, rate: (feed) => feed.ratePerSecond ?? 0,
  lag: (feed) => feed.worstLagP99Micros ?? -1, lost: (feed) => feed.lostMessages ?? 0,
};
const RESORT_MS = 5_000;
let sort = "state";
let sortedAt = 0;
let keyAt = 0;
let places = new Map(); // feed -> its place at the last sorting

/** The feeds in the chosen order. Rows do not move while they are pointed at, and figures move them only now and then. */
function ordered(feeds) {
  const now = Date.now();
  const isHeld = (matchMedia("(hover: hover)").matches && $("list").tBodies[0].matches(":hover")) || now - keyAt < RESORT_MS;
  if (now - sortedAt >= (isHeld ? Infinity : sort === "state" ? 0 : RESORT_MS)) {
    sortedAt = now;
    const figure = SORTS[sort];
    const byName = (a, b) => (a.feed < b.feed ? -1 : 1);
    places = new Map([...feeds].sort((a, b) => (figure ? figure(b) - figure(a) : 0) || byName(a, b)).map((feed, i) => [feed.feed, i]));
  }
  return [...feeds].sort((a, b) => (places.get(a.feed) ?? Infinity) - (places.get(b.feed) ?? Infinity) || 0);
}

function matching(feeds) {
  const wanted = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  return feeds.filter((feed) => {
    const said = `${feed.feed} ${feed.url ?? ""} ${feed.state ?? ""} ${trouble(feed).words}`.toLowerCase();
    return wanted.every((word) => said.includes(word));
  });
}

function drawList(feeds) {
  const shown = matching(ordered(feeds));
  const inTrouble = feeds.filter((feed) => trouble(feed).rank > 0).length;
  text($("feeds-of"), `${shown.length === feeds.length ? feeds.length : `${shown.length} of ${feeds.length}`}${inTrouble ? `, ${inTrouble} in trouble` : ""}`);
  const reachable = shown.find((feed) => feed.feed === selected) ?? shown[0];
  keyed($("list").tBodies[0], shown, (feed) => feed.feed, createListRow, (row, feed) => drawListRow(row, feed, feed === reachable));
  if (shown.length === 0) emptyTable($("list"), "No feed matches.");
  $("list").querySelectorAll("th[data-sort]").forEach((head) =>
    set(head, { "aria-sort": head.dataset.sort !== sort ? "none" : sort === "feed" ? "ascending" : "descending" }));
}

function createListRow(feed) {
  const link = el("a", { href: linkTo(feed.feed) }, feed.feed);
  const row = el("tr", { "data-feed": feed.feed }, el("th", { scope: "row" }, link, el("small", {})),
    el("td", {}, el("span", { class: "chip" })), el("td", { class: "num" }), el("td", { class: "num" }), el("td", { class: "num" }));
  row.addEventListener("click", (event) => { if (event.target !== link) link.click(); });
  return row;
}

function drawListRow(row, feed, isReachable) {
  const [name, chip, rate, worst, lost] = row.cells;
  const { words, tone, rank } = trouble(feed);
  set(row, { "data-rank": rank });
  set(name.firstChild, { "aria-current": feed.feed === selected ? "true" : null, tabindex: isReachable ? "0" : "-1" });
  text(name.lastChild, rank > 0 ? why(feed) : "");
  text(chip.firstChild, words);
  set(chip.firstChild, { "data-tone": tone });
  text(rate, feed.error ? "–" : count(feed.ratePerSecond));
  text(worst, lag(feed.worstLagP99Micros));
  text(lost, feed.error ? "–" : count(feed.lostMessages));
  lost.classList.toggle("hot", feed.lostMessages > 0);
}

/** One row is reached by Tab, the others by the arrow keys. */
$("list").addEventListener("keydown", (event) => {
  const links = [...$("list").querySelectorAll("tbody a")];
  const at = links.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  keyAt = Date.now();
  links[Math.max(0, Math.min(links.length - 1, to))].focus();
});

$("list").tHead.addEventListener("click", (event) => {
  if (!event.target.dataset.sort && !event.target.parentElement.dataset.sort) return;
  sort = event.target.dataset.sort ?? event.target.parentElement.dataset.sort;
  sortedAt = -Infinity;
  keyAt = 0;
  draw();
});
$("filter").addEventListener("input", () => draw());
$("filter").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") $("list").querySelector("tbody a")?.focus();
  if (event.key === "Escape") {
    $("filter").value = "";
    draw();
  }
});
