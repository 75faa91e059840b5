"use strict";
// What a page has: the records, where their glimpses lie, which pass a filter, and in which order.

const data = JSON.parse(document.getElementById("data").textContent);

// ---- numbers

const count = (number, one, several = one + "s") => `${number.toLocaleString("en")} ${number === 1 ? one : several}`;
const short = (number) => String(Number(number.toPrecision(6)));
const percent = (share) => (share === 1 ? "100 %" : `${short(Math.round(share * 1e4) / 100)} %`);
const sizeText = (size) => (size ? `${size[0]}×${size[1]}` : "");
const nameOf = (glimpse) => glimpse.label || glimpse.id;
const colourOf = (k) => `rgb(${data.colours[k % data.colours.length].join(" ")})`;

// From centre coordinates of the glimpse to edge coordinates of the image.
const mapped = (m, x, y) => m.map(([a, b, c]) => a * x + b * y + c + 0.5);

// The corners of what a glimpse shows, in edge coordinates; those of its support where it has no such map, or where the
// map is that of the whole image.
function outlineOf(glimpse) {
  const { matrix, size, support } = glimpse;
  if (matrix && size && glimpse.mechanism !== "mask") {
    const [right, bottom] = [size[0] - 0.5, size[1] - 0.5];
    const corners = [[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]].map(([x, y]) => mapped(matrix, x, y));
    return { corners, exact: true };
  }
  if (!support || support[2] <= 0 || support[3] <= 0) return null;
  const [x, y, width, height] = support;
  return { corners: [[x, y], [x + width, y], [x + width, y + height], [x, y + height]], exact: false };
}

const areaOf = (corners) => Math.abs(corners.reduce((sum, [x, y], k) => {
  const [u, v] = corners[(k + 1) % corners.length];
  return sum + x * v - u * y;
}, 0)) / 2;

// ---- the entries: images, and what several images make together

const known = new Set(["image", "status", "error", "width", "height", "page", "pages", "seconds", "device", "glimpses", "view", "output"]);
const entries = data.records.map((record, index) => {
  const glimpses = record.glimpses;
  const insides = glimpses.map((glimpse) => glimpse.inside).filter((inside) => typeof inside === "number");
  const name = record.image === null ? record.output || "" : record.image;
  const words = glimpses.flatMap((g) => [g.id, g.label, g.category, g.mechanism, g.error]);
  return {
    record, index, name,
    joint: record.image === null,
    text: [name, record.error, record.device, ...words].filter((word) => typeof word === "string").join("\n").toLowerCase(),
    inside: insides.length ? Math.min(...insides) : Infinity,
    gap: Boolean(record.view.gap) || glimpses.some((glimpse) => glimpse.view.gap),
    size: record.width && record.height ? [record.width, record.height] : record.view.size || null,
    page: record.page === undefined ? "" : `page ${record.page}` + (record.pages ? ` of ${record.pages}` : ""),
  };
});
const imageCount = entries.filter((entry) => !entry.joint).length;

// ---- filters and order

const includes = (text, wanted) => !wanted || (typeof text === "string" && text.toLowerCase().includes(wanted));

const isAboutGlimpses = (f) => f.id || f.label || f.category || f.least > -Infinity || f.most < Infinity;

function passes(glimpse, f) {
  const inside = typeof glimpse.inside === "number" ? glimpse.inside : NaN;
  const within = (f.least === -Infinity && f.most === Infinity) || (inside >= f.least && inside <= f.most);
  return within && includes(glimpse.id, f.id) && includes(glimpse.label, f.label) && includes(glimpse.category, f.category);
}

function filtered(entry, f) {
  if (f.search && !entry.text.includes(f.search)) return null;
  if (f.status === "gap" ? !entry.gap : f.status && entry.record.status !== f.status) return null;
  const tiles = [];
  entry.record.glimpses.forEach((glimpse, k) => { if (passes(glimpse, f)) tiles.push(k); });
  return isAboutGlimpses(f) && !tiles.length ? null : { ...entry, tiles };
}

const collator = new Intl.Collator("en", { numeric: true });
const orders = {
  image: (a, b) => collator.compare(a.name, b.name),
  status: (a, b) => (a.record.status === "ok") - (b.record.status === "ok"),
  inside: (a, b) => (a.inside === b.inside ? 0 : a.inside - b.inside),
  glimpses: (a, b) => b.tiles.length - a.tiles.length,
  area: (a, b) => (b.size ? b.size[0] * b.size[1] : 0) - (a.size ? a.size[0] * a.size[1] : 0),
  seconds: (a, b) => (b.record.seconds || 0) - (a.record.seconds || 0),
};

