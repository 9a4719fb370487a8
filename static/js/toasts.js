// Toasts: dismissed by hand; good news goes by itself after six seconds unless somebody points at it.
// Also says so when an htmx request failed, instead of nothing happening.
const STAY_MS = 6000;

const arm = (toast) => {
  if (toast.dataset.armed || toast.matches(".toast-danger, .toast-warning")) return;
  toast.dataset.armed = "1";
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1500);
    else toast.remove();
  };
  setTimeout(leave, STAY_MS);
};

const armAll = () => document.querySelectorAll("[data-toast]").forEach(arm);

export const showToast = (text, tone = "danger") => {
  const toast = document.createElement("div");
  toast.className = `toast toast-${tone}`;
  toast.dataset.toast = "";
  const words = Object.assign(document.createElement("div"), { className: "toast-text", textContent: text });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn-icon", textContent: "×" });
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", "Dismiss");
  toast.append(words, close);
  document.getElementById("toasts")?.append(toast);
  arm(toast);
};

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});
document.addEventListener("htmx:afterSettle", armAll);
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 403) showToast("You were signed out or may not do this. Reload the page and try again.");
  else if (status === 404) showToast("This is no longer there. Reload the page.");
  else showToast("That did not work. Nothing was lost; please try again in a moment.");
});
document.addEventListener("htmx:sendError", () => {
  if (!document.querySelector("[data-progress=running]")) showToast("No connection. Please try again when you are back online.");
});
armAll();
