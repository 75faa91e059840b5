"use strict";
// What the page shows. Texts of the report become text nodes and attributes, never markup; links are those that `glimpse
// view` made, relative and percent-encoded.

const MOST_OUTLINES = { row: 100, detail: 4000 };
const PIXELATED_BELOW = 128; // pixels: enlarged as squares, not blurred

// ---- elements

function element(name, properties = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key === "data") Object.assign(made.dataset, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

const svgElement = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// A link as `glimpse view` writes it, or none.
const linkOf = (link) => (typeof link === "string" && /^[A-Za-z0-9._~%-][A-Za-z0-9._~%\/-]*$/.test(link) ? link : "");

function linkTo(link, text, more = {}) {
  const safe = linkOf(link);
  if (!safe) return element("bdi", { textContent: text, ...more });
  return element("a", { href: safe, target: "_blank", rel: "noopener noreferrer", ...more }, [element("bdi", { textContent: text })]);
}

// ---- pictures with outlines

const gapText = (text) => element("div", { className: "gap", textContent: text });

function pictureElement(link, className, size) {
  const small = size && Math.max(size[0], size[1]) < PIXELATED_BELOW ? " small" : "";
  return element("img", { src: link, className: className + small, alt: "", decoding: "async", draggable: false });
}

// The outlines of some glimpses: small ones last, so that the pointer finds them.
function outlines(entry, tiles, most, asPicture) {
  const svg = svgElement("svg", { viewBox: `0 0 ${entry.size[0]} ${entry.size[1]}`, preserveAspectRatio: "none" });
  svg.classList.toggle("silent", asPicture);
  const found = tiles.slice(0, most).map((k) => ({ k, outline: outlineOf(entry.record.glimpses[k]) })).filter(({ outline }) => outline);
  found.sort((a, b) => areaOf(b.outline.corners) - areaOf(a.outline.corners));
  for (const { k, outline } of found) {
    const points = outline.corners.map((corner) => corner.join()).join(" ");
    const line = svgElement("polygon", { points, class: outline.exact ? "line" : "line support", stroke: colourOf(k), "data-g": k });
    line.style.color = colourOf(k);
    const title = svgElement("title", {});
    title.textContent = nameOf(entry.record.glimpses[k]);
    line.append(title);
    svg.append(svgElement("polygon", { points, class: "casing", fill: "none", "data-g": k }), line);
  }
  return svg;
}

function fit(picture, frame, size) {
  const scale = Math.min(frame.width / size[0], frame.height / size[1]);
  const [width, height] = [size[0] * scale, size[1] * scale];
  Object.assign(picture.style, {
    width: `${width}px`, height: `${height}px`, left: `${(frame.width - width) / 2}px`, top: `${(frame.height - height) / 2}px`,
  });
}

// An image with its overlay. `whole`: as large as its file has it, where the browser can show that.
function imageFrame(entry, place, most, whole) {
  const { view } = entry.record;
  const frame = element("div", { className: "frame" });
  const link = linkOf(view.picture);
  if (!entry.size) {
    frame.append(link ? pictureElement(link, "", null) : gapText(entry.joint ? view.gap || "" : `not shown: ${view.gap || "no picture"}`));
    return frame;
  }
  const picture = element("div", { className: "picture" });
  if (link) picture.append(pictureElement(link, "", entry.size));
  else frame.append(gapText(`not shown: ${view.gap || "no picture"}`));
  if (whole && view.clear && view.link !== view.picture) picture.append(pictureElement(linkOf(view.link), "whole", entry.size));
  const overlay = linkOf(view.overlay);
  if (overlay) picture.append(pictureElement(overlay, "over", entry.size));
  picture.append(outlines(entry, entry.tiles, most, Boolean(overlay)));
  if (place) fit(picture, place, entry.size);
  frame.append(picture);
  return frame;
}

function glimpseFrame(glimpse) {
  const frame = element("span", { className: "frame" });
  const link = linkOf(glimpse.view.picture);
  if (link) frame.append(pictureElement(link, "", glimpse.size));
  else frame.append(gapText(glimpse.error ? "failed" : glimpse.view.gap ? "not shown" : "no picture"));
  return frame;
}

// ---- a glimpse in a row

function tile(glimpse, k) {
  const dot = element("i");
  dot.style.background = colourOf(k);
  const facts = [glimpse.category, glimpse.mechanism, sizeText(glimpse.size)];
  const isPartial = typeof glimpse.inside === "number" && glimpse.inside < 1;
  const children = [
    glimpseFrame(glimpse),
    element("span", { className: "caption" }, [dot, element("b", { textContent: nameOf(glimpse), title: nameOf(glimpse) })]),
    element("div", { className: "numbers", textContent: facts.filter((fact) => fact).join(" ") }),
    isPartial ? element("div", { className: "numbers", textContent: `${percent(glimpse.inside)} inside` }) : null,
    glimpse.error ? element("div", { className: "error", textContent: glimpse.error }) : null,
  ];
  return element("div", { className: "glimpse", data: { g: k } }, children);
}

// ---- the facts of an opened image

function table(facts) {
  const lines = facts.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return element("table", {}, lines.map(([name, value]) => element("tr", {}, [
    element("th", { textContent: name }),
    element("td", {}, [typeof value === "string" ? element("bdi", { textContent: value }) : value]),
  ])));
}

// Fields that this page does not know are shown as the report has them.
const otherFacts = (object, names) => Object.entries(object).filter(([key]) => !names.has(key)).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);

const knownOfGlimpse = new Set(["id", "label", "category", "mechanism", "error", "output", "skipped", "size", "support", "inside", "matrix", "view"]);

function mapFacts({ matrix, size }) {
  if (!matrix || !size) return [];
  const [[a, b], [d, e]] = matrix;
  const centre = mapped(matrix, (size[0] - 1) / 2, (size[1] - 1) / 2);
  const mirrored = a * e - b * d < 0 ? ", mirrored" : "";
  return [
    ["centre", `${short(centre[0])}, ${short(centre[1])}`],
    ["pixels a pixel", `${short(Math.hypot(a, d))} × ${short(Math.hypot(b, e))}`],
    ["turned by", `${short((Math.atan2(d, a) * 180) / Math.PI)}°${mirrored}`],
    ["matrix", matrix.map((line) => `[${line.map(short).join(", ")}]`).join(" ")],
  ];
}

function glimpseItem(glimpse, k) {
  const { view, support } = glimpse;
  const dot = element("i");
  dot.style.background = colourOf(k);
  const facts = table([
    ["id", glimpse.id], ["label", glimpse.label], ["category", glimpse.category], ["mechanism", glimpse.mechanism],
    ["size", sizeText(glimpse.size)],
    ["support", support ? `${short(support[0])}, ${short(support[1])}, ${short(support[2])} × ${short(support[3])}` : ""],
    ["inside", typeof glimpse.inside === "number" ? percent(glimpse.inside) : ""],
    ...mapFacts(glimpse), ...otherFacts(glimpse, knownOfGlimpse),
    ["output", glimpse.output ? linkTo(view.link, glimpse.output) : ""],
    ["", glimpse.skipped ? "was there already, and nobody looked at it" : ""],
    ["", view.gap && !glimpse.error ? `not shown: ${view.gap}` : ""],
    ["", view.member ? "in an archive" : ""],
    ["", view.stretched ? "shown from its least to its greatest value" : ""],
    ["map", linkOf(view.map) ? linkTo(view.map, "attention map") : ""],
  ]);
  const error = glimpse.error ? element("div", { className: "error", textContent: glimpse.error }) : null;
  return element("div", { className: "item", data: { g: k } }, [
    glimpseFrame(glimpse),
    element("div", {}, [element("span", { className: "caption" }, [dot, element("b", { textContent: nameOf(glimpse) })]), error, facts]),
  ]);
}

function imageFacts(entry) {
  const { record } = entry;
  const { view } = record;
  const changed = view.size && entry.size && record.width && (view.size[0] !== record.width || view.size[1] !== record.height);
  return table([
    ["status", record.status], ["size", sizeText(entry.size)], ["page", entry.page], ["device", record.device],
    ["seconds", typeof record.seconds === "number" ? short(record.seconds) : ""],
    ...otherFacts(record, known),
    ["", changed ? `The file is now ${sizeText(view.size)}: outlines are those of the image that was read.` : ""],
    ["", view.gap ? `not shown: ${view.gap}` : ""],
    ["", view.stretched ? "It is shown from its least to its greatest value." : ""],
    ["", view.member ? "It lies in an archive: a thumbnail is shown." : ""],
    ["", view.picture && !view.clear && !view.member ? "A browser may not show its format as it is meant: a thumbnail is shown." : ""],
    ["", entry.tiles.length < record.glimpses.length ? `${count(entry.tiles.length, "glimpse", "glimpses")} of ${record.glimpses.length} pass the filters.` : ""],
    ["", entry.tiles.length > MOST_OUTLINES.detail ? `The outlines of the first ${MOST_OUTLINES.detail} are drawn.` : ""],
  ]);
}

