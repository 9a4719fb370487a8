// data-poll: asks for what is new every 15 seconds while somebody can see the page, every minute once five minutes have
// passed without news or anybody touching the page, and at once when they come back.
// The element says with hx-get what it asks for, on the event "poll".
const EVERY_MS = 15_000;
const RESTING_MS = 60_000;
const RESTS_AFTER_MS = 300_000;
let [busyAt, askedAt] = [Date.now(), Date.now()];

const ask = () => {
  if (document.hidden) return;
  askedAt = Date.now();
  for (const element of document.querySelectorAll("[data-poll]")) element.dispatchEvent(new Event("poll"));
};
const isDue = () => {
  const now = Date.now();
  return now - busyAt < RESTS_AFTER_MS || now - askedAt > RESTING_MS - EVERY_MS / 2;
};
const stayAwake = () => {
  const rested = Date.now() - busyAt > RESTS_AFTER_MS;
  busyAt = Date.now();
  if (rested) ask();
};
setInterval(() => isDue() && ask(), EVERY_MS);
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, stayAwake);
document.addEventListener("visibilitychange", () => {
  busyAt = Date.now();
  ask();
});
document.addEventListener("htmx:afterSwap", () => { busyAt = Date.now(); });

// A poll that fails is asked again and tells nobody, but for a session that is over: that is told once.
const isPoll = (event) => event.target.matches?.("[data-poll]");
const keepQuiet = (event) => {
  if (!isPoll(event)) return;
  if (event.detail.xhr?.status === 401) event.target.removeAttribute("data-poll");
  else event.stopImmediatePropagation();
};
document.addEventListener("htmx:sendError", keepQuiet, true);
document.addEventListener("htmx:responseError", keepQuiet, true);
