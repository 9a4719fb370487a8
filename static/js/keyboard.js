// Keys for the hands: / search, j k rows, Enter open, x select, e edit, ? help. Never while typing.
let current = null;

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current);
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))] ?? all[0];
  current?.classList.remove("is-current");
  current = next;
  current.classList.add("is-current");
  current.scrollIntoView({ block: "nearest" });
  current.querySelector("a[href]")?.focus({ preventScroll: true });
};

const actions = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keyboard-help")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => current?.querySelector("[data-select]")?.click(),
  e: () => (current?.querySelector("[data-edit]") ?? document.querySelector("[data-edit]:not([data-rows] *)"))?.click(),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    actions["/"]();
    return;
  }
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("htmx:afterSwap", () => { current = null; });
