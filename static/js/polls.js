// data-poll: asks for what is new every 15 seconds while somebody can see the page, and at once when they come back.
// The element says with hx-get what it asks for, on the event "poll".
const EVERY_MS = 15_000;

const ask = () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-poll]")) element.dispatchEvent(new Event("poll"));
};
setInterval(ask, EVERY_MS);
document.addEventListener("visibilitychange", ask);

// A poll that fails is asked again and tells nobody, but for a session that is over: that is told once.
const isPoll = (event) => event.target.matches?.("[data-poll]");
const keepQuiet = (event) => {
  if (!isPoll(event)) return;
  if (event.detail.xhr?.status === 401) event.target.removeAttribute("data-poll");
  else event.stopImmediatePropagation();
};
document.addEventListener("htmx:sendError", keepQuiet, true);
document.addEventListener("htmx:responseError", keepQuiet, true);
