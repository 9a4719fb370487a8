// The staff's service worker. It shows notifications, and keeps and fetches nothing.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

{% include "notifications/push_events.js" %}
