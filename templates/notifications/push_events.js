// What a service worker does for push. A push says a fixed sentence, the firm's name and a path: nothing personal.
self.addEventListener("push", (event) => {
  let shown = {};
  try {
    shown = event.data?.json() ?? {};
  } catch {
    // Not one of ours; browsers ask that something is shown all the same.
  }
  const { title = "AdvisorHub", body = "There is news for you.", path = "/" } = shown;
  const icon = "{% url 'portal:icon' 192 %}";
  event.waitUntil(self.registration.showNotification(title, { body, icon, badge: icon, tag: path, data: { path } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.path ?? "/", location.origin);
  if (url.origin !== location.origin) return;
  const show = (open) => {
    const same = open.find((one) => new URL(one.url).pathname === url.pathname);
    return same ? same.focus() : self.clients.openWindow(url.href);
  };
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(show));
});

// The browser has renewed the subscription: it is shown to the server by the next page that is opened (push-device.js).
self.addEventListener("pushsubscriptionchange", (event) => {
  const options = { userVisibleOnly: true, applicationServerKey: "{{ push_key }}" };
  if (options.applicationServerKey) event.waitUntil(self.registration.pushManager.subscribe(options));
});
