// Registers the service worker, which keeps static files for slow networks.
const address = document.querySelector("link[rel=manifest]")?.dataset.worker;
if (address && "serviceWorker" in navigator) navigator.serviceWorker.register(address).catch(() => {});
