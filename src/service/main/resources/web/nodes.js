// The nodes of a cluster, and what each does for each feed.
"use strict";

const NODES_EVERY_MS = 1_000;
let nodesAskedAt = 0;

async function askNodes() {
  $("nodes").hidden = !state.member;
  if (!state.member || document.hidden || Date.now() - nodesAskedAt < NODES_EVERY_MS) return;
  nodesAskedAt = Date.now();
  const answer = await fetch("api/nodes");
  if (answer.ok) drawNodes(await answer.json());
}

function drawNodes({ node, nodes }) {
  const members = (nodes[node]?.members ?? Object.keys(nodes)).map((name) => ({ name, ...nodes[name], heard: Boolean(nodes[name]?.feeds) }));
  drawMembers(members, node);
  const feeds = feedsOf(members);
  const troubled = feeds.filter((feed) => feed.rank > 0).length;
  text($("nodes-of"), `${members.filter((m) => m.heard).length} of ${members.length} nodes, ${feeds.length} ${feeds.length === 1 ? "feed" : "feeds"}${troubled ? `, ${troubled} in trouble` : ""}`);
  if (!$("nodes").open) return;
  keyed($("nodes-table").tHead.rows[0], ["Feed", ...members.map((m) => m.name), "Epoch", "Last takeover"], (name) => name,
    (name) => el("th", { scope: "col" }, name), () => {});
  keyed($("nodes-table").tBodies[0], feeds, (feed) => feed.feed, (feed) => el("tr", {}, el("th", { scope: "row" }, el("a", { href: linkTo(feed.feed) }, feed.feed))),
    (row, feed) => drawNodesRow(row, feed, members));
  if (feeds.length === 0) emptyTable($("nodes-table"), "No node carries a feed.");
}

/** Each node with the number of feeds that it owns and that it could take over. */
function drawMembers(members, self) {
  keyed($("members"), members, (m) => m.name, () => el("li", {}, el("b"), el("span", { class: "chip" }), el("span")), (item, m) => {
    const [name, chip, figures] = item.children;
    const parts = Object.values(m.feeds ?? {});
    const owned = parts.filter((p) => p.role === "owner").length;
    const warm = parts.filter((p) => p.role !== "owner" && p.warm).length;
    const cold = parts.length - owned - warm;
    const [word, tone] = !m.heard ? ["not heard", "bad"] : m.majority ? ["has a majority", "good"] : ["no majority", "bad"];
    text(name, m.name === self ? `${m.name} (this node)` : m.name);
    text(chip, word);
    set(chip, { "data-tone": tone });
    text(figures, m.heard ? `owns ${owned}, warm for ${warm}${cold ? `, not warm for ${cold}` : ""}` : (m.error ?? ""));
  });
}

/** The feeds of all nodes, those in trouble first: without an owner, or without a warm standby. */
function feedsOf(members) {
  const names = [...new Set(members.flatMap((m) => Object.keys(m.feeds ?? {})))];
  const several = members.length > 1;
  return names.map((feed) => {
    const parts = members.map((m) => m.feeds?.[feed]);
    const owners = parts.filter((p) => p?.role === "owner").length;
    const rank = owners === 0 ? 2 : several && !parts.some((p) => p && p.role !== "owner" && p.warm) ? 1 : 0;
    return { feed, parts, rank };
  }).sort((a, b) => b.rank - a.rank || (a.feed < b.feed ? -1 : 1));
}

function drawNodesRow(row, feed, members) {
  set(row, { "data-rank": feed.rank });
  while (row.cells.length < members.length + 3) row.append(el("td", {}, el("span", { class: "chip" }), " ", el("span")));
  while (row.cells.length > members.length + 3) row.lastChild.remove();
  [...row.cells].slice(1, -2).forEach((cell, i) => {
    const [word, tone, note] = part(feed.parts[i]);
    cell.firstChild.hidden = !word;
    text(cell.firstChild, word);
    set(cell.firstChild, { "data-tone": tone || null });
    text(cell.lastChild, note);
  });
  const epoch = Math.max(0, ...feed.parts.map((p) => p?.epoch ?? 0));
  row.cells[members.length + 1].firstChild.hidden = true;
  text(row.cells[members.length + 1].lastChild, epoch ? String(epoch) : "–");
  const last = row.cells[members.length + 2];
  const takeovers = takeoversOf(feed, members);
  last.firstChild.hidden = true;
  text(last.lastChild, takeovers[0] ?? "–");
  set(last, { title: takeovers.join("\n") || null });
}

/** One node's part in a feed: word, tone, and a note. */
function part(p) {
  if (!p) return ["", "", "–"];
  if (p.role === "owner") return ["owner", "good", p.receives ? "" : "receives nothing"];
  const behind = p.behind > 0 ? `${count(p.behind)} messages behind` : "";
  return p.warm ? ["warm", "", behind] : ["not warm", "warn", [p.cold, behind].filter(Boolean).join("; ")];
}

/** The last takeovers of a feed, the newest first. The new owner knows best, the others have seen its first message. */
function takeoversOf(feed, members) {
  const byEpoch = new Map();
  feed.parts.forEach((p, i) => (p?.takeovers ?? []).forEach((t) => {
    if (t.own || !byEpoch.has(t.epoch)) byEpoch.set(t.epoch, { ...t, node: t.own ? members[i].name : "" });
  }));
  return [...byEpoch.values()].sort((a, b) => b.epoch - a.epoch).map((t) =>
    `${clock(Date.now() * 1_000 - t.agoMs * 1_000, false)}${t.node ? ` by ${t.node}` : ""}, silent for ${t.silentMs < 10_000 ? `${count(t.silentMs)} ms` : age(t.silentMs)}`);
}

$("nodes").addEventListener("toggle", () => {
  nodesAskedAt = 0;
  if (state) askNodes().catch(() => {});
});
