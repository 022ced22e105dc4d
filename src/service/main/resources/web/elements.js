// Elements and words that all parts of the page use. Texts from servers are inserted as text, never as markup.
"use strict";

const $ = (id) => document.getElementById(id);

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
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
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
  const focused = document.activeElement;
  wanted.forEach((child, i) => {
    if (container.children[i] !== child) container.insertBefore(child, container.children[i] ?? null);
  });
  if (focused !== document.activeElement && container.contains(focused)) focused.focus({ preventScroll: true }); // it was moved
}

function placeholder(container, isEmpty, tag, words) {
  const there = container.querySelector(":scope > .empty");
  if (isEmpty && !there) container.append(el(tag, { class: "empty" }, words));
  if (!isEmpty && there) there.remove();
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

/** A table without rows says why. */
function emptyTable(table, words) {
  const columns = table.tHead.rows[0].cells.length;
  table.tBodies[0].replaceChildren(el("tr", {}, el("td", { colspan: String(columns), class: "empty" }, words)));
}

function sum(object) {
  return Object.values(object ?? {}).reduce((a, b) => a + b, 0);
}
