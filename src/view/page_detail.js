"use strict";
// An opened image, and the glimpse that is under the pointer.

const ITEMS_AT_ONCE = 100; // of an opened image's glimpses, made as they come into sight

const detail = $("detail");
const detailBody = $("detail-body");

let opened = -1; // position in `shown`; -1: none
let made = 0; // items of its glimpses that are in the document

// ---- an opened image

const factsOfOpened = () => detailBody.querySelector(".facts");

// Makes the items of the first glimpses, so many at least.
function makeItems(wanted) {
  const { record, tiles } = shown[opened];
  const facts = factsOfOpened();
  const end = Math.min(tiles.length, Math.max(wanted, made));
  facts.append(...tiles.slice(made, end).map((g) => glimpseItem(record.glimpses[g], g)));
  made = end;
}

function makeItemsInSight() {
  const facts = factsOfOpened();
  const reach = 2 * facts.clientHeight;
  if (facts.scrollTop + reach > facts.scrollHeight) makeItems(made + ITEMS_AT_ONCE);
}

function open(k) {
  if (!shown[k]) return;
  light(null);
  opened = k;
  made = 0;
  const entry = shown[k];
  const { record } = entry;
  const files = (record.view.files || []).map((file) => fileText(file, file.kind));
  $("detail-title").replaceChildren(linkTo(record.view.link, entry.name));
  const facts = element("div", { className: "facts", tabIndex: 0, role: "list", "aria-label": "glimpses" }, [
    record.error ? element("div", { className: "error", textContent: record.error }) : null,
    imageFacts(entry),
    element("div", { className: "links" }, files),
  ]);
  facts.addEventListener("scroll", makeItemsInSight);
  detailBody.dataset.k = k;
  detailBody.replaceChildren(imageFrame(entry, null, MOST_OUTLINES.detail, true), facts);
  makeItems(ITEMS_AT_ONCE);
  if (!detail.open) detail.showModal();
  fitOpened();
}

function fitOpened() {
  const frame = detailBody.firstElementChild;
  const picture = frame && frame.querySelector(".picture");
  if (!picture || !shown[opened]) return;
  fit(picture, { width: frame.clientWidth, height: frame.clientHeight }, shown[opened].size);
}

function openOther(step) {
  const k = opened + step;
  if (!shown[k]) return;
  choose(k);
  open(k);
}

function closed() {
  if (detail.open) return; // the event comes later than the closing, and an image may have been opened in between
  opened = -1;
  detailBody.replaceChildren();
  list.focus();
}

// ---- a glimpse and its outline

// Moves the strip or the facts that hold an element, and nothing else, until it is seen.
function reveal(held) {
  const holder = held.closest(".strip, .facts");
  const [inner, outer] = [held.getBoundingClientRect(), holder.getBoundingClientRect()];
  const way = (begin, end) => {
    if (inner[begin] < outer[begin]) return inner[begin] - outer[begin];
    return Math.max(0, Math.min(inner[end] - outer[end], inner[begin] - outer[begin]));
  };
  holder.scrollLeft += way("left", "right");
  holder.scrollTop += way("top", "bottom");
}

function light(target) {
  const marked = target instanceof Element ? target.closest("[data-g]") : null;
  const holder = marked && marked.closest("[data-k]");
  for (const lit of document.querySelectorAll(".lit, .lit-one")) lit.classList.remove("lit", "lit-one");
  if (!holder) return;
  const isOutline = marked instanceof SVGElement;
  const { g } = marked.dataset;
  if (isOutline && holder === detailBody) makeItems(shown[opened].tiles.indexOf(Number(g)) + 1);
  holder.classList.add("lit-one");
  for (const part of holder.querySelectorAll(`[data-g="${g}"]`)) part.classList.add("lit");
  const facts = isOutline && holder.querySelector(".item.lit, .glimpse.lit");
  if (facts) reveal(facts);
}

function lightNext(step) {
  const { tiles } = shown[opened];
  if (!tiles.length) return;
  const lit = detailBody.querySelector(".item.lit");
  const now = lit ? tiles.indexOf(Number(lit.dataset.g)) : step > 0 ? -1 : 0;
  const next = (now + step + tiles.length) % tiles.length;
  makeItems(next + 1);
  const item = detailBody.querySelector(`.item[data-g="${tiles[next]}"]`);
  light(item);
  reveal(item);
  const name = nameOf(shown[opened].record.glimpses[tiles[next]]);
  $("announcement-detail").textContent = `${name}, ${grouped(next + 1)} of ${grouped(tiles.length)}`;
}
