// data-push: turns notifications on for this browser, and says which of the devices listed it is.
import { remember, send, token } from "./push-device.js";

const panel = document.querySelector("[data-push]");
const words = panel?.querySelector("[data-push-words]");
const button = panel?.querySelector("[data-push-on]");
const error = panel?.querySelector("[data-push-error]");

const say = (sentence) => {
  words.textContent = sentence;
  words.hidden = !sentence;
};
const fail = (sentence) => {
  error.textContent = sentence;
  error.hidden = false;
  button.removeAttribute("aria-disabled");
};
const digest = async (text) => {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Whether this browser's subscription is one of those listed.
const isListed = async (subscription) => {
  if (!subscription) return false;
  const item = panel.querySelector(`[data-device="${await digest(subscription.endpoint)}"]`);
  const here = item?.querySelector("[data-push-here]");
  if (here) here.hidden = false;
  return Boolean(item);
};

const turnOn = async (registration) => {
  if ((await Notification.requestPermission()) !== "granted") {
    fail("Your browser does not allow notifications from this site. You can change that in the site's settings.");
    return;
  }
  const old = await registration.pushManager.getSubscription();
  if (old) await old.unsubscribe(); // it may be another person's, or made for an earlier key
  const options = { userVisibleOnly: true, applicationServerKey: panel.dataset.key };
  const subscription = await registration.pushManager.subscribe(options);
  const answer = await send(panel.dataset.add, subscription, token());
  if (answer.ok) {
    remember(subscription, panel.dataset.add);
    location.reload();
  } else {
    await subscription.unsubscribe();
    fail(answer.status === 422 ? await answer.text() : "That did not work. Please try again later.");
  }
};

const start = async () => {
  const registration = await navigator.serviceWorker.register(panel.dataset.worker);
  const subscription = await registration.pushManager.getSubscription();
  if (await isListed(subscription)) {
    say("");
    return;
  }
  say("This device shows no notifications yet. They never say what a message is about.");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    error.hidden = true;
    navigator.serviceWorker.getRegistration(panel.dataset.worker).then(async (found) => {
      await active(found);
      await turnOn(found);
    }).catch(() => fail("Your browser could not turn notifications on. Please try again later."));
  });
};

// A worker that has just been registered takes a moment until it can be subscribed for.
const active = (registration) =>
  new Promise((done) => {
    const worker = registration.installing ?? registration.waiting;
    if (!worker || registration.active) return done();
    worker.addEventListener("statechange", () => worker.state === "activated" && done());
  });

if (panel && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  start().catch(() => say("This browser cannot show notifications."));
}
