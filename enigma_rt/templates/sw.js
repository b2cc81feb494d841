// The service worker. It never answers with a page but one: "no line", when there is no server to ask. Files whose names
// change with what they hold are kept; everything else goes to the server as if this was not here. Its own text names the
// release (VERSION), so that a new one replaces it and what it kept.

const VERSION = {{ version|safe }};
const OFFLINE = {{ offline|safe }};
const SHELL = {{ shell|safe }};
const HASHED = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll([OFFLINE, ...SHELL])));
});

addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
  await registration.navigationPreload?.enable(); // the page is asked for while this wakes up
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (HASHED.test(new URL(request.url).pathname)) event.respondWith(file(request));
  else if (!request.headers.has("range") && SHELL.includes(new URL(request.url).pathname)) event.respondWith(shell(request));
});

async function page(event) {
  const found = await Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(event.request)).catch(() => null);
  // A proxy without a server behind it answers too; what our server says itself has its policy.
  const nobody = !found || ([502, 503, 504].includes(found.status) && !found.headers.has("content-security-policy"));
  return nobody ? ((await caches.match(OFFLINE)) ?? found ?? Response.error()) : found;
}

/** Kept for ever under a name that is never used for anything else. */
async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok && fresh.type === "basic") {
    const copy = fresh.clone();
    caches.open(VERSION).then((cache) => cache.put(request, copy)).catch(() => {}); // a full disk: the next time again
  }
  return fresh;
}

/** Without hashed names (on a machine where they are edited) the server's is the newer one. */
async function shell(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}
