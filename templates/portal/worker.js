{% load static %}// Keeps static files only. Pages are personal: they are always fetched, and never kept.
const CACHE = "static-{% static 'css/portal.css' %}";
const OFFLINE = "{% url 'portal:offline' %}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (keys) => Promise.all(keys.filter((key) => key !== CACHE).map((key) => caches.delete(key)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

const keep = async (request) => {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const fresh = await fetch(request);
  if (fresh.ok) cache.put(request, fresh.clone());
  return fresh;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname.startsWith("{% get_static_prefix %}")) event.respondWith(keep(request));
  else if (request.mode === "navigate" && url.pathname.startsWith("/portal/")) {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  }
});

{% include "notifications/push_events.js" %}
