// What forms do beyond HTML: warn before losing work, submit once, submit on change, show what applies, focus errors.

// data-guard: leaving with unsaved changes asks first.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.dirty = "1";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]:not([data-submitted])")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const leave = event.target.closest("[data-guard-leave]");
  if (leave) delete leave.closest("form")?.dataset.dirty;
});

// data-once: a second press does nothing. The button stays in the request, so it is only marked, not disabled.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("[data-once]")) {
    if (form.dataset.submitted) {
      event.preventDefault();
      return;
    }
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.dataset.busy = "";
      button.setAttribute("aria-disabled", "true");
    }
  }
  form.dataset.submitted = "1";
});
const release = (form) => {
  delete form.dataset.submitted;
  for (const button of form.querySelectorAll("[data-busy]")) {
    button.removeAttribute("data-busy");
    button.removeAttribute("aria-disabled");
  }
};
addEventListener("pageshow", () => document.querySelectorAll("form[data-submitted]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-submitted]");
  if (!form) return;
  if (event.detail.successful) delete form.dataset.dirty;
  release(form);
});

// Fields left empty stay out of a filter's address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filter-form]")) return;
  for (const input of event.target.elements) {
    if (input.name && !input.value) input.disabled = true;
  }
});
addEventListener("pageshow", () => {
  for (const input of document.querySelectorAll("[data-filter-form] :disabled")) input.disabled = false;
});

// data-autosubmit: a change submits.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-autosubmit]")?.requestSubmit();
});

// data-show-when="name=value" (or "name=a|b"): shown while that field of the form has that value.
const applies = (box) => {
  const [name, values] = box.dataset.showWhen.split("=");
  const field = box.closest("form")?.elements[name];
  const value = field instanceof HTMLInputElement && field.type === "checkbox" ? String(field.checked) : field?.value;
  return values.split("|").includes(value);
};
const showWhen = () => {
  for (const box of document.querySelectorAll("[data-show-when]")) box.hidden = !applies(box);
};
document.addEventListener("change", showWhen);
document.addEventListener("htmx:afterSettle", showWhen);
showWhen();

// data-copy: copies its text and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.querySelector("[data-copy-label]") ?? button;
  const before = words.textContent;
  words.textContent = "Copied";
  setTimeout(() => { words.textContent = before; }, 1500);
});

// data-focus: focus goes where the change is.
const focusArrived = (root) => root.querySelector("[data-focus]")?.focus();
focusArrived(document);
document.addEventListener("htmx:afterSettle", (event) => focusArrived(event.target));
