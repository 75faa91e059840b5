"use strict";
// What the page shows. Texts of the report become text nodes and attributes, never markup; links are those that
// `glimpse view` made, relative and percent-encoded.

const MOST_OUTLINES = { row: 100, detail: 4000 };
const PIXELATED_BELOW = 128; // pixels: enlarged as squares, not blurred

// ---- elements

function element(name, properties = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key === "data") Object.assign(made.dataset, value);
    else if (key === "role" || key.startsWith("aria-")) made.setAttribute(key, value);
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
const isLink = (link) => typeof link === "string" && /^[A-Za-z0-9._~%-][A-Za-z0-9._~%\/-]*$/.test(link);
const linkOf = (link) => (isLink(link) ? link : "");

function linkTo(link, text) {
  const safe = linkOf(link);
  const shown = element("bdi", { textContent: text });
  return safe ? element("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, [shown]) : shown;
}

// A file of the record: a link, or why there is none.
function fileText(file, text) {
  if (file.gap) return element("span", { className: "gap-text", textContent: `${text}: not shown: ${file.gap}` });
  return linkTo(file.link, file.member ? `${text} (in the archive)` : text);
}

// ---- pictures with outlines

function gapText(text) {
  const gap = element("div", { className: "gap" });
  gap.append(element("span", { textContent: text }));
  return gap;
}

function pictureElement(link, className, size, alt) {
  const small = size && Math.max(size[0], size[1]) < PIXELATED_BELOW ? " small" : "";
  return element("img", { src: link, className: className + small, alt, decoding: "async", draggable: false });
}

// The outlines of some glimpses: small ones last, so that the pointer finds them.
function outlines(entry, tiles, isSilent) {
  const svg = svgElement("svg", {
    viewBox: `0 0 ${entry.size[0]} ${entry.size[1]}`, preserveAspectRatio: "none", "aria-hidden": "true",
  });
  svg.classList.toggle("silent", isSilent);
  const found = tiles
    .map((k) => ({ k, glimpse: entry.record.glimpses[k], outline: outlineOf(entry.record.glimpses[k]) }))
    .filter(({ outline }) => outline);
  found.sort((a, b) => areaOf(b.outline.corners) - areaOf(a.outline.corners));
  for (const { k, glimpse, outline } of found) {
    const points = outline.corners.map((corner) => corner.join()).join(" ");
    const line = svgElement("polygon", {
      points, class: outline.exact ? "line" : "line support", stroke: colourOf(glimpse), "data-g": k,
    });
    line.style.color = colourOf(glimpse);
    const title = svgElement("title", {});
    title.textContent = nameOf(glimpse);
    line.append(title);
    const casing = `casing ${casingOf(glimpse)}`;
    svg.append(svgElement("polygon", { points, class: casing, fill: "none", "data-g": k }), line);
  }
  return svg;
}

function fit(picture, frame, size) {
  const scale = Math.min(frame.width / size[0], frame.height / size[1]);
  const [width, height] = [size[0] * scale, size[1] * scale];
  Object.assign(picture.style, {
    width: `${width}px`, height: `${height}px`,
    left: `${(frame.width - width) / 2}px`, top: `${(frame.height - height) / 2}px`,
  });
}

// An overlay shows all glimpses: where some are filtered out, outlines stand for it.
const showsAll = (entry) => entry.tiles.length === entry.record.glimpses.length;
const overlayOf = (entry) => (showsAll(entry) ? linkOf(entry.record.view.overlay) : "");

// What several images made together, as its file is where browsers show that as a picture.
function jointFrame({ name, record: { view } }) {
  const frame = element("div", { className: "frame" });
  const [file, picture] = [linkOf(view.link), linkOf(view.picture)];
  const source = /\.(png|webp|gif|svg)$/i.test(file) ? file : picture;
  if (source) frame.append(element("img", { src: source, alt: name, decoding: "async", className: "contained" }));
  else frame.append(gapText(view.gap ? `not shown: ${view.gap}` : "its link opens it"));
  return frame;
}

// An image with its overlay. `whole`: as large as its file has it, where the browser can show that.
function imageFrame(entry, place, most, whole) {
  if (entry.joint) return jointFrame(entry);
  const { view } = entry.record;
  const frame = element("div", { className: "frame" });
  const link = linkOf(view.picture);
  if (!entry.size) {
    frame.append(link ? pictureElement(link, "", null, entry.name) : gapText(`not shown: ${view.gap || "no picture"}`));
    return frame;
  }
  const picture = element("div", { className: "picture" });
  if (link) picture.append(pictureElement(link, "", entry.size, entry.name));
  else frame.append(gapText(`not shown: ${view.gap || "no picture"}`));
  if (whole && view.clear && view.link !== view.picture) {
    picture.append(pictureElement(linkOf(view.link), "whole", entry.size, ""));
  }
  const overlay = overlayOf(entry);
  if (overlay) picture.append(pictureElement(overlay, "over", entry.size, ""));
  picture.append(outlines(entry, entry.tiles.slice(0, most), Boolean(overlay)));
  if (place) fit(picture, place, entry.size);
  frame.append(picture);
  return frame;
}

// In a row, what failed says why in place of its picture.
function glimpseFrame(glimpse, isRow) {
  const frame = element("span", { className: "frame" });
  const link = linkOf(glimpse.view.picture);
  if (isRow && glimpse.error) {
    frame.append(element("span", { className: "failed", textContent: glimpse.error, title: glimpse.error }));
  } else if (link) frame.append(pictureElement(link, "", glimpse.size, `glimpse ${nameOf(glimpse)}`));
  else frame.append(gapText(glimpse.error ? "failed" : glimpse.view.gap ? "not shown" : "no picture"));
  return frame;
}

// ---- a glimpse in a row

function caption(glimpse) {
  const dot = element("i", { "aria-hidden": "true" });
  dot.style.background = colourOf(glimpse);
  const name = element("b", { textContent: nameOf(glimpse), title: nameOf(glimpse) });
  return element("span", { className: "caption" }, [dot, name]);
}

// As in figures: two decimals, or two digits of less than 0.1.
function scoreText(score) {
  const size = Math.abs(score);
  const rounded = size.toExponential(1);
  const exponent = Number(rounded.slice(rounded.indexOf("e") + 1));
  const text = () => {
    if (size >= 1e9) return String(size);
    if (size === 0 || size >= 0.1) return size.toFixed(2);
    if (exponent >= -4) return size.toFixed(1 - exponent);
    return rounded.slice(0, rounded.indexOf("e")) + "e-" + String(-exponent).padStart(2, "0");
  };
  return `${score < 0 ? "\u2212" : ""}${text().replace("-", "\u2212")}`;
}

// The category loses its end where both have no room, never the score.
function judgement({ category, score }) {
  const isScored = typeof score === "number";
  if (!category && !isScored) return null;
  const text = isScored ? `${category ? " · " : "score "}${scoreText(score)}` : "";
  const title = [category, isScored ? `score ${score}` : ""].filter((fact) => fact).join(", ");
  return element("div", { className: "numbers judgement", title }, [
    category ? element("span", { className: "category", textContent: category }) : null,
    text ? element("span", { className: "score", textContent: text }) : null,
  ]);
}

function tile(glimpse, k) {
  const numbers = (text) => (text ? element("div", { className: "numbers", textContent: text }) : null);
  const isPartial = typeof glimpse.inside === "number" && glimpse.inside < 1;
  return element("div", { className: "glimpse", data: { g: k }, role: "group", "aria-label": nameOf(glimpse) }, [
    glimpseFrame(glimpse, true),
    caption(glimpse),
    judgement(glimpse),
    numbers([glimpse.mechanism, sizeText(glimpse.size)].filter((fact) => fact).join(" ")),
    numbers(isPartial ? `${percent(glimpse.inside)} inside` : ""),
    numbers(glimpse.skipped ? "was there already" : ""),
  ]);
}

// ---- the facts of an opened image

function table(facts) {
  const lines = facts.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return element("table", {}, lines.map(([name, value]) => element("tr", {}, [
    name ? element("th", { textContent: name, scope: "row" }) : null,
    element("td", { colSpan: name ? 1 : 2 },
      [typeof value === "string" ? element("bdi", { textContent: value }) : value]),
  ])));
}

// As the report has it, with room to break lines.
function asReported(value) {
  if (Array.isArray(value)) return `[${value.map(asReported).join(", ")}]`;
  if (!value || typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  return `{${Object.entries(value).map(([key, one]) => `${key}: ${asReported(one)}`).join(", ")}}`;
}

// Fields that this page does not know.
function otherFacts(object, names) {
  return Object.entries(object).filter(([key]) => !names.has(key)).map(([key, value]) => [key, asReported(value)]);
}

const knownOfGlimpse = new Set(["id", "label", "category", "score", "mechanism", "error", "output", "skipped", "size",
  "support", "inside", "matrix", "map", "parameters", "view"]);
const knownOfImage = new Set(["image", "status", "error", "width", "height", "page", "pages", "seconds", "device",
  "glimpses", "view", "output", "overlay", "panel", "sheets", "archive"]);

function mapFacts({ matrix, size }) {
  if (!matrix || !size) return [];
  const [[a, b], [d, e]] = matrix;
  const centre = mapped(matrix, (size[0] - 1) / 2, (size[1] - 1) / 2);
  const isMirrored = a * e - b * d < 0;
  return [
    ["centre", `${short(centre[0])}, ${short(centre[1])}`],
    ["scale", `${short(Math.hypot(a, d))} × ${short(Math.hypot(b, e))} image pixels per pixel`],
    ["rotation", `${short((Math.atan2(d, a) * 180) / Math.PI)}°${isMirrored ? ", mirrored" : ""}`],
    ["matrix", matrix.map(asReported).join(" ")],
  ];
}

function insideText(inside) {
  if (typeof inside !== "number") return "";
  return inside === 0 || inside === 1 ? percent(inside) : `${percent(inside)} (${inside})`;
}

function glimpseFacts(glimpse) {
  const { view, support, parameters } = glimpse;
  const isTold = asReported(parameters?.size) === asReported(glimpse.size) ? ["size"] : [];
  const ofParameters = parameters && typeof parameters === "object" ? otherFacts(parameters, new Set(isTold)) : [];
  return table([
    ["id", glimpse.id], ["label", glimpse.label], ["category", glimpse.category],
    ["score", typeof glimpse.score === "number" ? String(glimpse.score) : ""],
    ["mechanism", glimpse.mechanism],
    ...ofParameters.map(([key, value]) => [`· ${key}`, value]),
    ["size", sizeText(glimpse.size)],
    ["support", support ? `${support[0]}, ${support[1]}, ${support[2]} × ${support[3]}` : ""],
    ["inside", insideText(glimpse.inside)],
    ...mapFacts(glimpse), ...otherFacts(glimpse, knownOfGlimpse),
    ["output", glimpse.output ? linkTo(view.link, glimpse.output) : ""],
    ["", glimpse.skipped ? "The file was there already, and is not of this run." : ""],
    ["", view.gap && !glimpse.error ? `not shown: ${view.gap}` : ""],
    ["", view.member ? "in an archive" : ""],
    ["", view.stretched ? "shown from its least to its greatest value" : ""],
    ["map", view.map ? fileText(view.map, "attention map") : ""],
  ]);
}

function glimpseItem(glimpse, k) {
  const error = glimpse.error ? element("div", { className: "error", textContent: glimpse.error }) : null;
  return element("div", { className: "item", data: { g: k }, role: "listitem" }, [
    glimpseFrame(glimpse, false), element("div", {}, [caption(glimpse), error, glimpseFacts(glimpse)]),
  ]);
}

function imageFacts(entry) {
  const { record, tiles } = entry;
  const { view } = record;
  const isChanged = view.size && record.width && (view.size[0] !== record.width || view.size[1] !== record.height);
  const hasOverlay = Boolean(linkOf(view.overlay));
  const some = `${grouped(tiles.length)} of ${count(record.glimpses.length, "glimpse", "glimpses")} pass the filters.`;
  const isThumbnail = view.picture && !view.clear && !view.member;
  return table([
    ["status", record.status], ["size", sizeText(entry.size)], ["page", entry.page], ["device", record.device],
    ["seconds", typeof record.seconds === "number" ? short(record.seconds) : ""],
    ...otherFacts(record, knownOfImage),
    ["archive", record.archive],
    ["", isChanged ? `The file is now ${sizeText(view.size)}: outlines are those of the image that was read.` : ""],
    ["", view.gap ? `not shown: ${view.gap}` : ""],
    ["", view.stretched ? "It is shown from its least to its greatest value." : ""],
    ["", view.member ? "It lies in an archive: a thumbnail is shown." : ""],
    ["", isThumbnail ? "A browser may show the file otherwise: a thumbnail is shown." : ""],
    ["", showsAll(entry) ? "" : some],
    ["", hasOverlay && !overlayOf(entry) ? "Their outlines are shown: the overlay has those of all." : ""],
    ["", tiles.length > MOST_OUTLINES.detail ? `outlines of the first ${grouped(MOST_OUTLINES.detail)}` : ""],
  ]);
}
