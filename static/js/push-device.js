// A browser's notifications belong to one person: they end when that person signs out here, or somebody else is signed
// in. A subscription that the browser has renewed is told to the server.
const OWNER = "push-owner";
const ENDPOINT = "push-endpoint";
const ADD = "push-add";
const viewer = () => document.querySelector("meta[name=viewer]")?.content ?? "";

export const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

export const send = (address, subscription, csrf) => {
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, ...keys });
  return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": csrf }, keepalive: true });
};

export const remember = (subscription, address) => {
  localStorage.setItem(OWNER, viewer());
  localStorage.setItem(ENDPOINT, subscription.endpoint);
  localStorage.setItem(ADD, address);
};

const forget = () => [OWNER, ENDPOINT, ADD].forEach((name) => localStorage.removeItem(name));

const subscriptions = async () => {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const found = await Promise.all(registrations.map((one) => one.pushManager?.getSubscription()));
  return found.filter(Boolean);
};

// The endpoint is dead from then on, so the server drops it with the next push; it is told at once where it can be.
const end = async (address) => {
  const found = await subscriptions();
  const csrf = token();
  const told = address ? found.map((one) => send(address, one, csrf)) : [];
  await Promise.allSettled([...told, ...found.map((one) => one.unsubscribe())]);
  forget();
};

const look = async () => {
  const owner = localStorage.getItem(OWNER);
  if (!owner || !viewer()) return;
  if (owner !== viewer()) {
    await end("");
    return;
  }
  const [subscription] = await subscriptions();
  if (!subscription || subscription.endpoint === localStorage.getItem(ENDPOINT)) return;
  const address = localStorage.getItem(ADD);
  if ((await send(address, subscription, token())).ok) remember(subscription, address);
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!localStorage.getItem(OWNER) || !form.getAttribute("action")?.endsWith("/sign-out/")) return;
  event.preventDefault();
  const late = new Promise((done) => setTimeout(done, 3000));
  const address = localStorage.getItem(ADD).replace("/add/", "/remove/");
  Promise.race([end(address), late]).catch(() => {}).finally(() => form.submit());
});

look().catch(() => {});
