// Ticked rows of a list, kept while paging and sorting, and handed over to bulk actions.
// The bar is a <form data-selection=KEY>; rows have [data-select value=ID]; the head has [data-select-all].
// Ticks are kept for whoever is signed in: in the same tab the next person finds none of them.
const bar = document.querySelector("form[data-selection]");
const viewer = document.querySelector("meta[name=viewer]")?.content ?? "";
const nameOf = (key) => `selection:${viewer}:${key}`;

for (const name of Object.keys(sessionStorage)) {
  if (name.startsWith("selection:") && !name.startsWith(nameOf(""))) sessionStorage.removeItem(name);
}
for (const mark of document.querySelectorAll("[data-selection-clear]")) {
  sessionStorage.removeItem(nameOf(mark.dataset.selectionClear));
}

// The list's filters and order, without its page; without its order it is what "all that match" means.
const listed = (...apart) => {
  const query = new URLSearchParams(location.search);
  for (const name of ["page", "per_page", "view", "columns", ...apart]) query.delete(name);
  return query.toString();
};
const matching = () => listed("sort");

const start = () => {
  const key = nameOf(bar.dataset.selection);
  // With `all`, everything that matches is chosen but what is in `without`; else what is in `ids`.
  const state = { ids: new Set(), all: false, without: new Set() };
  let lastTicked = null;

  const load = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
      state.ids = new Set(kept.ids ?? []);
      state.all = Boolean(kept.all) && kept.query === matching();
      state.without = new Set(state.all ? kept.without ?? [] : []);
    } catch { state.ids = new Set(); }
  };
  const keep = () => sessionStorage.setItem(key, JSON.stringify({
    ids: [...state.ids], all: state.all, without: [...state.without], query: matching(),
  }));
  const boxes = () => [...document.querySelectorAll("[data-select]")];

  const show = () => {
    const rows = boxes();
    for (const box of rows) box.checked = state.all ? !state.without.has(box.value) : state.ids.has(box.value);
    const ticked = rows.filter((box) => box.checked).length;
    for (const head of document.querySelectorAll("[data-select-all]")) {
      head.checked = rows.length > 0 && ticked === rows.length;
      head.indeterminate = ticked > 0 && ticked < rows.length;
    }
    const list = document.querySelector("[data-list-total]")?.dataset;
    const total = Number(list?.listTotal ?? bar.dataset.total);
    const out = state.without.size;
    const count = state.all ? total - out : state.ids.size;
    // Of very long lists the exact number is counted when the selection is fixed, not for every page.
    const words = list?.listAbout ? `about ${Number(list.listAbout).toLocaleString("en-US")}` : total.toLocaleString("en-US");
    bar.hidden = count === 0;
    const exactly = count.toLocaleString("en-US");
    const about = out ? `${words} without ${out.toLocaleString("en-US")}` : words;
    bar.querySelector("[data-selection-count]").textContent = state.all && list?.listAbout ? about : exactly;
    const all = bar.querySelector("[data-selection-all]");
    if (all) {
      all.hidden = state.all ? !out : total <= state.ids.size;
      all.textContent = list?.listAbout ? `Select all that match (${words})` : `Select all ${words} that match`;
    }
  };

  const tick = (box, on) => {
    const chosen = state.all ? !on : on;
    const set = state.all ? state.without : state.ids;
    if (chosen) set.add(box.value);
    else set.delete(box.value);
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-select]");
    if (box) {
      const rows = boxes();
      const from = event.shiftKey && lastTicked ? rows.indexOf(lastTicked) : -1;
      const to = rows.indexOf(box);
      const range = from < 0 ? [box] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
      const on = box.checked;
      for (const one of range) tick(one, on);
      lastTicked = box;
    } else if (event.target.matches("[data-select-all]")) {
      const on = event.target.checked;
      for (const one of boxes()) tick(one, on);
    } else if (event.target.closest("[data-selection-all]")) {
      state.all = true;
      state.without.clear();
    } else if (event.target.closest("[data-selection-none]")) {
      state.ids.clear();
      state.without.clear();
      state.all = false;
    } else return;
    keep();
    show();
  });

  bar.addEventListener("submit", () => {
    bar.elements.ids.value = state.all ? "" : [...state.ids].join(",");
    bar.elements.all.value = state.all ? "1" : "";
    bar.elements.without.value = state.all ? [...state.without].join(",") : "";
    bar.elements.query.value = listed();
  });

  const refresh = () => { load(); show(); };
  document.addEventListener("htmx:afterSettle", refresh);
  addEventListener("pageshow", refresh);
  refresh();
};

if (bar) start();
