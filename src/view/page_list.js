"use strict";
// The rows: filters, order, and those that are in sight.

const SPARE = 3; // rows made beyond what is seen
const TALLEST = 2e7; // pixels of an element that browsers lay out exactly
const MOST_TILES = 24; // of a row; an opened image shows all
const MOST_CHOICES = 200; // offered by a filter

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const list = $("list");
const spacer = $("spacer");

// Pixels, as the style has them.
const lengthOf = (name) => parseFloat(getComputedStyle(root).getPropertyValue(name));
let rowHeight = 0;
let imagePlace = { width: 0, height: 0 };
function measure() {
  rowHeight = lengthOf("--row");
  imagePlace = { width: lengthOf("--image-width"), height: lengthOf("--image-height") };
}

// ---- what is shown, and in which order

let shown = []; // entries with `tiles`, the positions of the glimpses that pass
let chosen = 0; // position in `shown`

// A number that a filter has, divided by `unit`; `missing` where there is none, or none is understood.
function numberOf(id, missing, unit, problems) {
  const input = $(id);
  const text = input.value.trim();
  const number = Number(text.replace(/\s*%$/, "")) / unit;
  const isUnderstood = text === "" || (/[0-9]/.test(text) && Number.isFinite(number));
  input.setAttribute("aria-invalid", String(!isUnderstood));
  const name = input.getAttribute("aria-label");
  if (!isUnderstood) problems.push(`${name}: "${text}" is no number, such as 50, and filters nothing`);
  return text === "" || !isUnderstood ? missing : number;
}

function readFilter() {
  const text = (id) => folded($(id).value.trim());
  const problems = [];
  const range = (key, unit) => ({
    least: numberOf(`least-${key}`, -Infinity, unit, problems), most: numberOf(`most-${key}`, Infinity, unit, problems),
  });
  const filter = {
    search: text("search"), id: text("by-id"), label: text("by-label"), category: text("by-category"),
    status: $("by-status").value, inside: range("inside", 100), score: range("score", 1),
  };
  $("problem").textContent = problems.join("; ");
  return filter;
}

const isReversed = () => $("reverse").getAttribute("aria-pressed") === "true";

function update() {
  const filter = readFilter();
  const passing = entries.map((entry) => filtered(entry, filter)).filter((entry) => entry !== null);
  shown = ordered(passing, $("sort").value, isReversed());
  chosen = 0;
  tellCount();
  clearRows();
  list.scrollTop = 0;
  render();
}

function gapsText(some) {
  const sum = (part) => some.reduce((all, entry) => all + part(entry), 0);
  const kinds = [
    [sum(({ gaps, joint }) => (joint ? 0 : gaps.own)), "image", "images"],
    [sum(({ gaps }) => gaps.glimpses), "glimpse", "glimpses"],
    [sum(({ gaps }) => gaps.others), "figure or map", "figures and maps"],
    [sum(({ gaps, joint }) => (joint ? gaps.own : 0)), "output of several images", "outputs of several images"],
  ];
  const told = kinds.filter(([number]) => number).map(([number, one, several]) => count(number, one, several));
  return told.length ? `not shown: ${told.join(", ")}` : "";
}

function tellCount() {
  const images = shown.filter((entry) => !entry.joint);
  const glimpses = images.reduce((sum, entry) => sum + entry.tiles.length, 0);
  const errors = images.filter((entry) => entry.record.status !== "ok").length;
  const all = count(imageCount, "image");
  const parts = [
    images.length === imageCount ? all : `${grouped(images.length)} of ${all}`,
    count(glimpses, "glimpse", "glimpses"),
    errors ? count(errors, "error") : "",
    gapsText(shown),
    shown.length > images.length ? `${grouped(shown.length - images.length)} made of several images` : "",
    data.replaced ? `${count(data.replaced, "earlier record")} replaced by later ones` : "",
  ];
  $("count").textContent = parts.filter((part) => part).join(" · ");
}

function offerChoices() {
  for (const [key, several] of [["id", "ids"], ["label", "labels"], ["category", "categories"]]) {
    const input = $(`by-${key}`);
    const values = new Set();
    for (const { record } of entries) {
      for (const glimpse of record.glimpses) if (typeof glimpse[key] === "string") values.add(glimpse[key]);
    }
    const offered = [...values].sort(collator.compare).slice(0, MOST_CHOICES);
    input.hidden = values.size === 0;
    const limit = `the first ${MOST_CHOICES} of ${grouped(values.size)} ${several} are suggested`;
    if (values.size > MOST_CHOICES) input.title = limit;
    $(several).replaceChildren(...offered.map((value) => element("option", { value })));
  }
  const hasScores = entries.some(({ record }) => record.glimpses.some(({ score }) => typeof score === "number"));
  $("score-range").hidden = !hasScores;
  $("sort").querySelector("[value=score]").hidden = !hasScores;
}

// ---- rows

function factsOfRow(entry) {
  const all = count(entry.record.glimpses.length, "glimpse", "glimpses");
  const some = entry.tiles.length < entry.record.glimpses.length ? `${grouped(entry.tiles.length)} of ${all}` : all;
  const isCut = !overlayOf(entry) && entry.tiles.length > MOST_OUTLINES.row;
  return [
    sizeText(entry.size), entry.page, entry.joint ? "made of several images" : some,
    isCut ? `outlines of the first ${MOST_OUTLINES.row}` : "",
  ].filter((fact) => fact).join(" · ");
}

function tilesOfRow({ record, tiles }) {
  const made = tiles.slice(0, MOST_TILES).map((g) => tile(record.glimpses[g], g));
  const left = tiles.length - MOST_TILES;
  if (left <= 0) return made;
  return [...made, element("button", { type: "button", className: "more", textContent: `${grouped(left)} more` })];
}

function rowOf(k) {
  const entry = shown[k];
  const { record } = entry;
  const numbers = element("span", { className: "numbers", textContent: factsOfRow(entry) });
  const side = element("div", { className: "side" }, [
    element("div", { className: "name" }, [linkTo(record.view.link, entry.name), numbers]),
    record.error ? element("div", { className: "error", textContent: record.error, title: record.error }) : null,
    element("div", { className: "strip" }, tilesOfRow(entry)),
  ]);
  const place = { role: "listitem", "aria-setsize": shown.length, "aria-posinset": k + 1, "aria-label": entry.name };
  const frame = imageFrame(entry, imagePlace, MOST_OUTLINES.row, false);
  return element("div", { className: "row", data: { k }, ...place }, [frame, side]);
}

const rows = new Map(); // what is in the document, by its position in `shown`

function clearRows() {
  for (const row of rows.values()) row.remove();
  rows.clear();
}

// Where an element cannot be as tall as all rows are, the scroll bar's way stands for a longer one.
function scrolling() {
  const full = shown.length * rowHeight;
  const seen = list.clientHeight;
  const height = Math.min(full, TALLEST);
  return { height, seen, stretch: full > height ? (height - seen) / (full - seen) : 1 };
}

function render() {
  const { height, seen, stretch } = scrolling();
  spacer.style.height = `${height}px`;
  const top = list.scrollTop / stretch;
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const last = Math.min(shown.length, Math.ceil((top + seen) / rowHeight) + SPARE);
  for (const [k, row] of rows) {
    if (k >= first && k < last) continue;
    row.remove();
    rows.delete(k);
  }
  for (let k = first; k < last; ++k) {
    let row = rows.get(k);
    if (!row) {
      row = rowOf(k);
      rows.set(k, row);
      spacer.append(row);
    }
    row.style.top = `${k * rowHeight - top + list.scrollTop}px`;
    row.classList.toggle("chosen", k === chosen);
    row.setAttribute("aria-current", String(k === chosen));
  }
  spacer.querySelector(".empty")?.remove();
  if (!shown.length) spacer.append(element("div", { className: "empty", textContent: "No image passes the filters." }));
}

let isDue = false;
function renderSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; render(); });
}

function choose(k) {
  if (!shown.length) return;
  chosen = Math.max(0, Math.min(shown.length - 1, k));
  const { seen, stretch } = scrolling();
  const top = list.scrollTop / stretch;
  if (chosen * rowHeight < top) list.scrollTop = chosen * rowHeight * stretch;
  else if ((chosen + 1) * rowHeight > top + seen) list.scrollTop = ((chosen + 1) * rowHeight - seen) * stretch;
  render();
  const { name, record } = shown[chosen];
  $("announcement").textContent = `${name}, ${record.status}, ${grouped(chosen + 1)} of ${grouped(shown.length)}`;
}

const rowsOfPage = () => Math.max(1, Math.floor(list.clientHeight / rowHeight));
