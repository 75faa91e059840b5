"use strict";
// What a page has: the records, where their glimpses lie, which pass a filter, and in which order.

const data = JSON.parse(document.getElementById("data").textContent);

// ---- numbers

const grouped = (number) => number.toLocaleString("en");
const count = (number, one, several = one + "s") => `${grouped(number)} ${number === 1 ? one : several}`;
const short = (number, digits = 6) => String(Number(number.toPrecision(digits)));
const sizeText = (size) => (size ? `${size[0]}×${size[1]}` : "");
const nameOf = (glimpse) => glimpse.label || glimpse.id;
const colourOf = (glimpse) => `rgb(${data.colours[glimpse.view.colour % data.colours.length].join(" ")})`;

// As figures draw around a line of that colour: light around a dark one.
function casingOf(glimpse) {
  const [red, green, blue] = data.colours[glimpse.view.colour % data.colours.length];
  const luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  return luma < 0.35 ? "light" : "dark";
}

// All and nothing are said of nothing else.
function percent(share) {
  const rounded = Math.round(share * 1e4) / 100;
  if (share < 1 && rounded >= 100) return "> 99.99 %";
  if (share > 0 && rounded <= 0) return "< 0.01 %";
  return `${short(rounded)} %`;
}

// From centre coordinates of the glimpse to edge coordinates of the image.
const mapped = (m, x, y) => m.map(([a, b, c]) => a * x + b * y + c + 0.5);

// The corners of what a glimpse shows, in edge coordinates; those of its support where it has no such map, or where the
// map is that of the whole image.
function outlineOf(glimpse) {
  const { matrix, size, support } = glimpse;
  if (matrix && size && glimpse.mechanism !== "mask") {
    const [right, bottom] = [size[0] - 0.5, size[1] - 0.5];
    const corners = [[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]];
    return { corners: corners.map(([x, y]) => mapped(matrix, x, y)), exact: true };
  }
  if (!support || support[2] <= 0 || support[3] <= 0) return null;
  const [x, y, width, height] = support;
  return { corners: [[x, y], [x + width, y], [x + width, y + height], [x, y + height]], exact: false };
}

const areaOf = (corners) => Math.abs(corners.reduce((sum, [x, y], k) => {
  const [u, v] = corners[(k + 1) % corners.length];
  return sum + x * v - u * y;
}, 0)) / 2;

// ---- colours

// As in figures: of a category, in the order in which its run came to them, which a shard's report does not
// show; else of its place in its image.
function numberColours() {
  const numbersOfReports = new Map();
  for (const { view, glimpses } of data.records) {
    if (!numbersOfReports.has(view.report)) numbersOfReports.set(view.report, new Map());
    const numbers = numbersOfReports.get(view.report);
    glimpses.forEach((glimpse, k) => {
      const { category } = glimpse;
      if (typeof category === "string" && !numbers.has(category)) numbers.set(category, numbers.size);
      const number = glimpse.category_number;
      glimpse.view.colour = Number.isInteger(number) && number >= 0 ? number : numbers.get(category) ?? k;
    });
  }
}
numberColours();

// ---- the entries: images, and what several images make together

const numberOrNone = (value) => (typeof value === "number" ? value : null);

function gapsOf(record) {
  const { view, glimpses } = record;
  const others = [...(view.files || []), ...glimpses.map((glimpse) => glimpse.view.map)];
  return {
    own: view.gap ? 1 : 0,
    glimpses: glimpses.filter((glimpse) => glimpse.view.gap).length,
    others: others.filter((file) => file && file.gap).length,
  };
}

const entries = data.records.map((record, index) => {
  const gaps = gapsOf(record);
  return {
    record, index, gaps,
    name: (record.image === null ? record.output : record.image) || "",
    joint: record.image === null,
    gap: gaps.own + gaps.glimpses + gaps.others > 0,
    size: record.width && record.height ? [record.width, record.height] : record.view.size || null,
    page: record.page === undefined ? "" : `page ${record.page}` + (record.pages ? ` of ${record.pages}` : ""),
  };
});
const imageCount = entries.filter((entry) => !entry.joint).length;

// ---- filters and order

// Composed letters and their parts are the same text.
const folded = (text) => text.normalize("NFC").toLowerCase();
const includes = (text, wanted) => !wanted || (typeof text === "string" && folded(text).includes(wanted));

// All texts of a record, but for what `glimpse view` added.
function textsOf(record) {
  const texts = [];
  const left = [record];
  while (left.length) {
    const value = left.pop();
    if (typeof value === "string") texts.push(value);
    if (!value || typeof value !== "object") continue;
    for (const [key, one] of Object.entries(value)) if (key !== "view") left.push(one);
  }
  return texts;
}

const searchable = new Map(); // made when they are first looked for

function hasText(entry, wanted) {
  if (!searchable.has(entry.index)) searchable.set(entry.index, folded(textsOf(entry.record).join("\n")));
  return searchable.get(entry.index).includes(wanted);
}

const ranges = ["inside", "score"];
const isOpen = ({ least, most }) => least === -Infinity && most === Infinity;

const isAboutGlimpses = (f) => f.id || f.label || f.category || ranges.some((key) => !isOpen(f[key]));

function passes(glimpse, f) {
  const lies = (value, range) => typeof value === "number" && value >= range.least && value <= range.most;
  return ranges.every((key) => isOpen(f[key]) || lies(glimpse[key], f[key])) &&
    includes(glimpse.id, f.id) && includes(glimpse.label, f.label) && includes(glimpse.category, f.category);
}

// An entry with `tiles`, the positions of its glimpses that pass; null where it does not pass itself.
function filtered(entry, f) {
  if (f.search && !hasText(entry, f.search)) return null;
  if (f.status === "gap" ? !entry.gap : f.status && entry.record.status !== f.status) return null;
  const tiles = [];
  entry.record.glimpses.forEach((glimpse, k) => { if (passes(glimpse, f)) tiles.push(k); });
  return isAboutGlimpses(f) && !tiles.length ? null : { ...entry, tiles };
}

// Of the glimpses that pass.
function extreme(entry, key, choose, none) {
  let found = none;
  for (const k of entry.tiles) {
    const value = numberOrNone(entry.record.glimpses[k][key]);
    if (value !== null) found = choose(found, value);
  }
  return found;
}

const collator = new Intl.Collator("en", { numeric: true });
const areaOfSize = (size) => (size ? size[0] * size[1] : 0);
const difference = (a, b) => (a === b ? 0 : a - b); // of infinities, too
const orders = {
  image: (a, b) => collator.compare(a.name, b.name),
  status: (a, b) => (a.record.status === "ok") - (b.record.status === "ok"),
  inside: (a, b) => difference(extreme(a, "inside", Math.min, Infinity), extreme(b, "inside", Math.min, Infinity)),
  score: (a, b) => difference(extreme(b, "score", Math.max, -Infinity), extreme(a, "score", Math.max, -Infinity)),
  glimpses: (a, b) => b.tiles.length - a.tiles.length,
  area: (a, b) => areaOfSize(b.size) - areaOfSize(a.size),
  seconds: (a, b) => (b.record.seconds || 0) - (a.record.seconds || 0),
};

// Equal ones stay as in the report, also where the order is turned round.
function ordered(some, order, isReversed) {
  const compare = orders[order] || ((a, b) => a.index - b.index);
  return some.sort((a, b) => (isReversed ? compare(b, a) : compare(a, b)));
}
