// Keeps the page "Check a paper" for when there is no network. The network is always asked first.
"use strict";

const KEPT = {{ kept|tojson }};
const PATIENCE = 4000; // milliseconds

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

async function keep() {
  const cache = await caches.open(KEPT.name);
  const asks = [KEPT.page, ...KEPT.files, ...KEPT.lists];
  await cache.addAll(asks.map((address) => new Request(address, { credentials: "omit", cache: "reload" })));
}

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(KEPT.prefix) && name !== KEPT.name);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fresh(request, KEPT.page));
  else if (KEPT.lists.includes(address.pathname)) event.respondWith(freshAndKept(request, address.pathname));
  else if (KEPT.files.includes(address.pathname)) event.respondWith(fresh(request, address.pathname));
});

async function fresh(request, kept) {
  const found = await caches.match(kept, { cacheName: KEPT.name });
  if (!found) return fetch(request);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return found;
  }
}

async function freshAndKept(request, path) {
  const answer = await fresh(request, path);
  if (answer.ok && answer.type === "basic") {
    const cache = await caches.open(KEPT.name);
    await cache.put(path, answer.clone());
  }
  return answer;
}
