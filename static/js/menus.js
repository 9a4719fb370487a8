// <details data-menu>: one open at a time; closes on a click outside, on Escape and after a choice.
// data-menu-keep leaves it open after clicks inside (filter panels).
const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    const inside = menu.contains(event.target);
    const chosen = inside && !("menuKeep" in menu.dataset) && event.target.closest(".menu-panel a, .menu-panel button");
    if (!inside || chosen) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (event.key === "Escape") {
    for (const one of open()) {
      one.open = false;
      one.querySelector("summary").focus();
      event.preventDefault();
    }
  } else if (menu?.open && !("menuKeep" in menu.dataset) && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = [...menu.querySelectorAll(".menu-panel a, .menu-panel button")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = items.indexOf(document.activeElement);
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  }
});

// A menu inside a scrolling table would be cut off: pin its panel to the window, where it fits.
const place = (menu) => {
  const panel = menu.querySelector(".menu-panel");
  panel.removeAttribute("style");
  if (!menu.closest(".table-wrap")) return;
  const at = menu.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = at.bottom + size.height + 12 < innerHeight;
  Object.assign(panel.style, {
    position: "fixed",
    insetInline: "auto",
    insetBlock: "auto",
    top: `${below ? at.bottom + 4 : Math.max(8, at.top - size.height - 4)}px`,
    left: `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`,
  });
};

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches("details[data-menu]") || !menu.open) return;
  place(menu);
  const panel = menu.querySelector(".menu-panel");
  if (menu.dataset.fill && !panel.childElementCount) htmx.ajax("GET", menu.dataset.fill, panel);
}, true);

// What a menu fetches when it is opened (data-fill) changes its size.
document.addEventListener("htmx:afterSwap", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) place(menu);
});

document.addEventListener("scroll", (event) => {
  if (event.target instanceof Element && event.target.matches(".table-wrap")) for (const menu of open()) menu.open = false;
}, true);
