"use strict";
// What the page does: filters, rows in sight, an opened image, keys.

const ROW = 212; // pixels, as in the style
const SPARE = 3; // rows made beyond what is seen
const TALLEST = 2e7; // pixels of an element that browsers lay out exactly
const MOST_TILES = 24; // of a row; an opened image shows all
const MOST_CHOICES = 200; // offered by a filter

const $ = (id) => document.getElementById(id);
const list = $("list");
const spacer = $("spacer");
const detail = $("detail");
const detailBody = $("detail-body");

// ---- what is shown, and in which order

let shown = []; // entries with `tiles`, the positions of the glimpses that pass
let chosen = 0; // position in `shown`
let opened = -1; // in `shown`; -1: none

function readFilter() {
  const text = (id) => $(id).value.trim().toLowerCase();
  const number = (id, missing) => ($(id).value.trim() === "" ? missing : Number($(id).value));
  return {
    search: text("search"), id: text("by-id"), label: text("by-label"), category: text("by-category"),
    status: $("by-status").value,
    least: number("least-inside", -Infinity), most: number("most-inside", Infinity),
  };
}

function update() {
  const filter = readFilter();
  shown = entries.map((entry) => filtered(entry, filter)).filter((entry) => entry !== null);
  if ($("sort").value) shown.sort(orders[$("sort").value]); // stable: as in the report among equals
  if ($("reverse").getAttribute("aria-pressed") === "true") shown.reverse();
  chosen = 0;
  tellCount();
  for (const row of rows.values()) row.remove();
  rows.clear();
  list.scrollTop = 0;
  render();
}

function tellCount() {
  const images = shown.filter((entry) => !entry.joint);
  const glimpses = images.reduce((sum, entry) => sum + entry.tiles.length, 0);
  const errors = images.filter((entry) => entry.record.status !== "ok").length;
  const gaps = images.filter((entry) => entry.gap).length;
  const parts = [
    images.length === imageCount ? count(imageCount, "image") : `${images.length.toLocaleString("en")} of ${count(imageCount, "image")}`,
    count(glimpses, "glimpse", "glimpses"),
    errors ? count(errors, "error") : "",
    gaps ? `${gaps.toLocaleString("en")} with files that are not shown` : "",
    shown.length > images.length ? `${shown.length - images.length} made of several images` : "",
    data.replaced ? `${count(data.replaced, "earlier record")} replaced by later ones` : "",
  ];
  $("count").textContent = parts.filter((part) => part).join(" · ");
}

function offerChoices() {
  for (const [key, input, choices] of [["id", "by-id", "ids"], ["label", "by-label", "labels"], ["category", "by-category", "categories"]]) {
    const values = new Set();
    for (const entry of entries) for (const glimpse of entry.record.glimpses) if (typeof glimpse[key] === "string") values.add(glimpse[key]);
    $(input).hidden = values.size === 0;
    $(choices).replaceChildren(...[...values].sort(collator.compare).slice(0, MOST_CHOICES).map((value) => element("option", { value })));
  }
}

// ---- rows

const narrow = matchMedia("(max-width: 760px)");
const rowPlace = () => ({ width: narrow.matches ? 130 : 260, height: 195 });

function rowOf(k) {
  const entry = shown[k];
  const { record } = entry;
  const frame = imageFrame(entry, rowPlace(), MOST_OUTLINES.row, false);
  if (entry.joint && linkOf(record.view.link) && /\.(png|webp|gif|svg)$/i.test(record.view.link)) frame.replaceChildren(element("img", { src: linkOf(record.view.link), alt: "", decoding: "async", className: "contained" }));
  const all = count(record.glimpses.length, "glimpse", "glimpses");
  const some = entry.tiles.length < record.glimpses.length ? `${entry.tiles.length} of ${all}` : all;
  const facts = [sizeText(entry.size), entry.page, entry.joint ? "made of several images" : some];
  const tiles = entry.tiles.slice(0, MOST_TILES).map((g) => tile(record.glimpses[g], g));
  if (entry.tiles.length > MOST_TILES) {
    tiles.push(element("button", { type: "button", className: "more", textContent: `${entry.tiles.length - MOST_TILES} more` }));
  }
  const side = element("div", { className: "side" }, [
    element("div", { className: "name" }, [linkTo(record.view.link, entry.name), element("span", { className: "numbers", textContent: facts.filter((fact) => fact).join(" · ") })]),
    record.error ? element("div", { className: "error", textContent: record.error }) : null,
    element("div", { className: "strip" }, tiles),
  ]);
  return element("div", { className: "row", data: { k } }, [frame, side]);
}

const rows = new Map(); // what is in the document, by its position in `shown`

function render() {
  const full = shown.length * ROW;
  const height = Math.min(full, TALLEST);
  spacer.style.height = `${height}px`;
  const seen = list.clientHeight;
  // Where an element cannot be as tall as all rows are, the scroll bar's way stands for a longer one.
  const top = full > height ? (list.scrollTop / Math.max(1, height - seen)) * (full - seen) : list.scrollTop;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(shown.length, Math.ceil((top + seen) / ROW) + SPARE);
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
    row.style.top = `${k * ROW - top + list.scrollTop}px`;
    row.classList.toggle("chosen", k === chosen);
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
  const full = shown.length * ROW;
  const seen = list.clientHeight;
  const stretch = full > TALLEST ? (TALLEST - seen) / (full - seen) : 1;
  const top = list.scrollTop / stretch;
  if (chosen * ROW < top) list.scrollTop = chosen * ROW * stretch;
  else if ((chosen + 1) * ROW > top + seen) list.scrollTop = ((chosen + 1) * ROW - seen) * stretch;
  render();
}

// ---- an opened image

function open(k) {
  if (!shown[k] || shown[k].joint) return;
  opened = k;
  const entry = shown[k];
  const { record } = entry;
  const files = (record.view.files || []).map(({ kind, link }) => linkTo(link, kind));
  $("detail-title").replaceChildren(linkTo(record.view.link, entry.name));
  const frame = imageFrame(entry, null, MOST_OUTLINES.detail, true);
  const facts = element("div", { className: "facts" }, [
    record.error ? element("div", { className: "error", textContent: record.error }) : null,
    imageFacts(entry),
    element("div", { className: "links" }, files),
    ...entry.tiles.map((g) => glimpseItem(record.glimpses[g], g)),
  ]);
  detailBody.dataset.k = k;
  detailBody.replaceChildren(frame, facts);
  if (!detail.open) detail.showModal();
  fitOpened();
}

function fitOpened() {
  const frame = detailBody.firstElementChild;
  const picture = frame && frame.querySelector(".picture");
  if (picture && shown[opened]) fit(picture, { width: frame.clientWidth, height: frame.clientHeight }, shown[opened].size);
}

function openOther(step) {
  for (let k = opened + step; k >= 0 && k < shown.length; k += step) {
    if (shown[k].joint) continue;
    choose(k);
    return open(k);
  }
}

// ---- a glimpse and its outline

function light(target) {
  const marked = target instanceof Element ? target.closest("[data-g]") : null;
  const holder = marked && marked.closest("[data-k]");
  for (const lit of document.querySelectorAll(".lit, .lit-one")) lit.classList.remove("lit", "lit-one");
  if (!holder) return;
  holder.classList.add("lit-one");
  for (const part of holder.querySelectorAll(`[data-g="${marked.dataset.g}"]`)) part.classList.add("lit");
  if (marked instanceof SVGElement) holder.querySelector(".item.lit, .glimpse.lit")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function lightNext(step) {
  const items = [...detailBody.querySelectorAll(".item")];
  if (!items.length) return;
  const now = items.findIndex((item) => item.classList.contains("lit"));
  const item = items[now < 0 ? (step > 0 ? 0 : items.length - 1) : (now + step + items.length) % items.length];
  light(item);
  item.scrollIntoView({ block: "nearest" });
}

document.addEventListener("pointerover", (event) => light(event.target));
document.documentElement.addEventListener("pointerleave", () => light(null));

// ---- overlay, theme, keys

const root = document.documentElement;
const showOverlay = () => root.classList.toggle("plain", !$("overlay").checked);
const showOpacity = () => root.style.setProperty("--opacity", $("opacity").value / 100);

const themes = ["system", "dark", "light"];
const stored = (() => { try { return localStorage.getItem("glimpse-theme"); } catch { return null; } })();
let theme = themes.includes(stored) ? stored : "system";
function showTheme() {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  $("theme").textContent = `Theme: ${theme}`;
  try { localStorage.setItem("glimpse-theme", theme); } catch { /* a browser may keep nothing of files */ }
}
function nextTheme() {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  showTheme();
}

function toggleReverse() {
  const button = $("reverse");
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  update();
}

function changeOpacity(step) {
  $("opacity").value = Number($("opacity").value) + step;
  showOpacity();
}

const keys = {
  "/": () => $("search").focus(),
  o: () => { $("overlay").checked = !$("overlay").checked; showOverlay(); },
  "+": () => changeOpacity(10),
  "=": () => changeOpacity(10),
  "-": () => changeOpacity(-10),
  r: () => { if (!detail.open) toggleReverse(); },
  t: nextTheme,
  "?": () => { if (!detail.open) $("help").showModal(); },
};
const keysOfList = {
  j: () => choose(chosen + 1), ArrowDown: () => choose(chosen + 1),
  k: () => choose(chosen - 1), ArrowUp: () => choose(chosen - 1),
  Enter: () => open(chosen),
};
const keysOfDetail = {
  ArrowLeft: () => openOther(-1), ArrowRight: () => openOther(1),
  n: () => lightNext(1), p: () => lightNext(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const { target } = event;
  const isText = target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "range";
  if (isText && event.key === "Escape") return target.blur();
  if (isText && event.key === "Enter") return list.focus();
  if (isText || target instanceof HTMLSelectElement) return;
  const isUsedByControl = target instanceof HTMLInputElement || ((target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement) && event.key === "Enter");
  const own = detail.open ? keysOfDetail : keysOfList;
  const action = keys[event.key] || (isUsedByControl ? undefined : own[event.key]);
  if (!action) return;
  event.preventDefault();
  action();
});

// A file that went after the page was made.
document.addEventListener("error", (event) => {
  const image = event.target;
  if (!(image instanceof HTMLImageElement)) return;
  const frame = image.closest(".frame");
  const isLayer = image.classList.contains("over") || image.classList.contains("whole");
  image.remove();
  if (!isLayer && frame && !frame.querySelector(".gap")) frame.append(gapText("not shown: the file is gone, or cannot be read"));
}, true);

let waiting = 0;
for (const id of ["search", "by-id", "by-label", "by-category", "least-inside", "most-inside"]) {
  $(id).addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(update, 120); });
}
for (const id of ["by-status", "sort"]) $(id).addEventListener("change", update);
$("reverse").addEventListener("click", toggleReverse);
$("clear").addEventListener("click", () => {
  for (const input of $("filters").querySelectorAll("input, select")) input.value = "";
  update();
});
$("overlay").addEventListener("change", showOverlay);
$("opacity").addEventListener("input", showOpacity);
$("theme").addEventListener("click", nextTheme);
$("help-button").addEventListener("click", () => $("help").showModal());
$("help-close").addEventListener("click", () => $("help").close());
$("previous").addEventListener("click", () => openOther(-1));
$("next").addEventListener("click", () => openOther(1));
$("close").addEventListener("click", () => detail.close());
detail.addEventListener("close", () => { opened = -1; detailBody.replaceChildren(); list.focus(); });
list.addEventListener("scroll", renderSoon);
list.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row || event.target.closest("a")) return;
  const k = Number(row.dataset.k);
  choose(k);
  if (event.target.closest(".frame, .more, .glimpse")) open(k);
});
addEventListener("resize", () => { for (const row of rows.values()) row.remove(); rows.clear(); render(); fitOpened(); });

document.title = data.title;
$("title").textContent = data.title;
offerChoices();
showTheme();
update();
list.focus();
