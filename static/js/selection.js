// Ticked rows of a list, kept while paging and sorting, and handed over to bulk actions.
// The bar is a <form data-selection=KEY>; rows have [data-select value=ID]; the head has [data-select-all].
const bar = document.querySelector("form[data-selection]");

for (const mark of document.querySelectorAll("[data-selection-clear]")) {
  sessionStorage.removeItem(`selection:${mark.dataset.selectionClear}`);
}

// The list's filters without its page and order: what "all that match" means.
const matching = () => {
  const query = new URLSearchParams(location.search);
  for (const name of ["page", "sort", "per_page", "view", "columns"]) query.delete(name);
  return query.toString();
};

const start = () => {
  const key = `selection:${bar.dataset.selection}`;
  const state = { ids: new Set(), all: false, query: "" };
  let lastTicked = null;

  const load = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
      state.ids = new Set(kept.ids ?? []);
      state.all = Boolean(kept.all) && kept.query === matching();
      state.query = kept.query ?? "";
    } catch { state.ids = new Set(); }
  };
  const keep = () => sessionStorage.setItem(key, JSON.stringify({ ids: [...state.ids], all: state.all, query: matching() }));
  const boxes = () => [...document.querySelectorAll("[data-select]")];

  const show = () => {
    const rows = boxes();
    for (const box of rows) box.checked = state.all || state.ids.has(box.value);
    const ticked = rows.filter((box) => box.checked).length;
    for (const head of document.querySelectorAll("[data-select-all]")) {
      head.checked = rows.length > 0 && ticked === rows.length;
      head.indeterminate = ticked > 0 && ticked < rows.length;
    }
    const list = document.querySelector("[data-list-total]")?.dataset;
    const total = Number(list?.listTotal ?? bar.dataset.total);
    const count = state.all ? total : state.ids.size;
    // Of very long lists the exact number is counted when the selection is fixed, not for every page.
    const words = list?.listAbout ? `about ${Number(list.listAbout).toLocaleString("en-US")}` : total.toLocaleString("en-US");
    bar.hidden = count === 0;
    bar.querySelector("[data-selection-count]").textContent = state.all ? words : count.toLocaleString("en-US");
    const all = bar.querySelector("[data-selection-all]");
    if (all) {
      all.hidden = state.all || total <= state.ids.size;
      all.textContent = list?.listAbout ? `Select all that match (${words})` : `Select all ${words} that match`;
    }
  };

  const tick = (box, on) => {
    if (state.all && !on) {
      state.all = false;
      state.ids = new Set(boxes().map((one) => one.value));
    }
    if (on) state.ids.add(box.value);
    else state.ids.delete(box.value);
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
    } else if (event.target.closest("[data-selection-none]")) {
      state.ids.clear();
      state.all = false;
    } else return;
    keep();
    show();
  });

  bar.addEventListener("submit", () => {
    bar.elements.ids.value = state.all ? "" : [...state.ids].join(",");
    bar.elements.all.value = state.all ? "1" : "";
    bar.elements.query.value = matching();
  });

  const refresh = () => { load(); show(); };
  document.addEventListener("htmx:afterSettle", refresh);
  addEventListener("pageshow", refresh);
  refresh();
};

if (bar) start();
