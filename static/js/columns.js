// The choice of columns: the order of the ticks is the order in the list. htmx may have changed the list's state since.
const form = document.querySelector("form[data-columns]");

if (form) {
  for (const up of form.querySelectorAll("[data-up]")) {
    up.hidden = false;
    up.addEventListener("click", () => {
      const row = up.closest("li");
      row.previousElementSibling?.before(row);
      up.focus();
    });
  }
  form.addEventListener("submit", () => {
    for (const kept of form.querySelectorAll("input[type=hidden]:not([name=columns])")) kept.remove();
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name === "columns" || name === "page") continue;
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.prepend(field);
    }
  });
}
