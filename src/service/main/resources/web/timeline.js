// The connections of a feed over the last minutes.
"use strict";

const WINDOWS_MS = [60_000, 180_000];
const WINDOW_MS = WINDOWS_MS[1];
const lives = new Map(); // feed -> connection id -> its life

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
  degradedSpans(feed.feed, now).forEach(([from, to]) => parts.push(svg("rect",
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

function degradedSpans(feed, now) {
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
