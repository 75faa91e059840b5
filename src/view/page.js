"use strict";
// What the page does: keys, theme, overlays, and what it begins with.

// ---- overlay and theme

const showOverlay = () => root.classList.toggle("plain", !$("overlay").checked);
const showOpacity = () => root.style.setProperty("--opacity", $("opacity").value / 100);

function changeOpacity(step) {
  $("opacity").value = Number($("opacity").value) + step;
  showOpacity();
}

const themes = ["system", "dark", "light"];
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const stored = (() => { try { return localStorage.getItem("glimpse-theme"); } catch { return null; } })();
let theme = themes.includes(stored) ? stored : "system";

function showTheme() {
  root.dataset.theme = theme !== "system" ? theme : prefersDark.matches ? "dark" : "light";
  $("theme").textContent = `Theme: ${theme}`;
}

function nextTheme() {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  showTheme();
  try { localStorage.setItem("glimpse-theme", theme); } catch { /* a browser may keep nothing of files */ }
}

function toggleReverse() {
  $("reverse").setAttribute("aria-pressed", String(!isReversed()));
  update();
}

// ---- keys

const keys = {
  "/": () => $("search").focus(),
  o: () => { $("overlay").checked = !$("overlay").checked; showOverlay(); },
  "+": () => changeOpacity(10),
  "=": () => changeOpacity(10),
  "-": () => changeOpacity(-10),
  r: () => { if (!detail.open) toggleReverse(); },
  t: nextTheme,
  "?": () => $("help").showModal(),
};
const keysOfList = {
  j: () => choose(chosen + 1), ArrowDown: () => choose(chosen + 1),
  k: () => choose(chosen - 1), ArrowUp: () => choose(chosen - 1),
  PageDown: () => choose(chosen + rowsOfPage()), " ": () => choose(chosen + rowsOfPage()),
  PageUp: () => choose(chosen - rowsOfPage()),
  Home: () => choose(0), End: () => choose(shown.length - 1),
  Enter: () => open(chosen),
};
const keysOfDetail = {
  ArrowLeft: () => openOther(-1), ArrowRight: () => openOther(1),
  n: () => lightNext(1), p: () => lightNext(-1),
};

// The keys by which a control itself is used.
const arrows = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "PageDown", "PageUp"];
function isUsedBy(control, key) {
  if (control instanceof HTMLInputElement) return control.type === "checkbox" ? key === " " : arrows.includes(key);
  if (control instanceof HTMLButtonElement) return key === "Enter" || key === " ";
  return control instanceof HTMLAnchorElement && key === "Enter";
}

let isPointed = false; // the last thing that was used is the pointer

document.addEventListener("pointerdown", () => { isPointed = true; }, true);
document.addEventListener("keydown", (event) => {
  isPointed = false;
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const { target, key } = event;
  const isText = target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "range";
  if (!isText || key === "Enter") applyFilters();
  if (isText && key === "Escape") return target.blur();
  if (isText && key === "Enter") return list.focus();
  if (isText || target instanceof HTMLSelectElement) return;
  const own = detail.open ? keysOfDetail : keysOfList;
  const action = isUsedBy(target, key) ? undefined : keys[key] || own[key];
  if (!action) return;
  event.preventDefault();
  action();
});

// Who points at a control goes on in the list; who came to it by keys stays.
document.addEventListener("change", (event) => {
  if (isPointed && !event.target.matches("[type=search], [inputmode]")) list.focus();
});

// ---- pictures

// A file that went after the page was made.
document.addEventListener("error", (event) => {
  const image = event.target;
  if (!(image instanceof HTMLImageElement)) return;
  const frame = image.closest(".frame");
  const isLayer = image.classList.contains("over") || image.classList.contains("whole");
  image.remove();
  if (isLayer || !frame || frame.querySelector(".gap")) return;
  frame.append(gapText("not shown: the file is gone, or cannot be read"));
}, true);

document.addEventListener("pointerover", (event) => light(event.target));
root.addEventListener("pointerleave", () => light(null));

// ---- what is used

let waiting = 0; // for who types a filter to pause

// What is typed counts before what is done next.
function applyFilters() {
  if (!waiting) return;
  clearTimeout(waiting);
  waiting = 0;
  update();
}

for (const input of $("filters").querySelectorAll("input")) {
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(applyFilters, 120); });
}
for (const id of ["by-status", "sort"]) $(id).addEventListener("change", update);
$("reverse").addEventListener("click", toggleReverse);
$("clear").addEventListener("click", () => {
  for (const input of $("filters").querySelectorAll("input, select")) input.value = "";
  update();
});
// Who points at a button goes on with the list's keys; who came to it by keys stays.
for (const id of ["reverse", "clear", "theme"]) $(id).addEventListener("click", () => { if (isPointed) list.focus(); });
$("overlay").addEventListener("change", showOverlay);
$("opacity").addEventListener("input", showOpacity);
$("theme").addEventListener("click", nextTheme);
prefersDark.addEventListener("change", showTheme);
$("help-button").addEventListener("click", () => $("help").showModal());
$("help-close").addEventListener("click", () => $("help").close());
$("previous").addEventListener("click", () => openOther(-1));
$("next").addEventListener("click", () => openOther(1));
$("close").addEventListener("click", () => detail.close());
detail.addEventListener("close", closed);
list.addEventListener("scroll", renderSoon);
list.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row || event.target.closest("a")) return;
  const k = Number(row.dataset.k);
  choose(k);
  if (event.target.closest(".frame, .more, .glimpse")) open(k);
});
addEventListener("resize", () => { measure(); clearRows(); render(); fitOpened(); });

document.title = data.title;
$("title").textContent = data.title;
showTheme();
measure();
offerChoices();
update();
list.focus();
