"use strict";
/*
 * Keeps the page of inspectors and its files on the phone, so that it opens in a dead spot.
 * The page comes from the service whenever that answers in time; the files, whose addresses
 * change with their content, come from the phone. What inspectors record is no business of
 * this worker: the page keeps it itself, with or without a worker. Syntax: Chrome 88.
 */
const SHELL = "geoinspect-shell";
const PAGE = "/app/inspect";
const TILES = "geoinspect-tiles";
const MOST_TILES = 400;
const PATIENCE_MS = 6000;
const DATABASE = "geoinspect-field";

/** Tell whether an answer is the page itself, neither the door nor an error. */
const isPage = (answer) => answer.ok && answer.type === "basic" && !answer.redirected;

/** Keep the page once all files that it names are kept, and no others. */
async function keep(page) {
  const names = new Set((await page.clone().text()).match(/\/static\/[^"'\s]+/g));
  const cache = await caches.open(SHELL);
  await Promise.all([...names].map(async (name) => (await cache.match(name)) || cache.add(name)));
  await cache.put(PAGE, page);
  const kept = (await cache.keys()).map((request) => new URL(request.url).pathname);
  await Promise.all(kept.filter((name) => name !== PAGE && !names.has(name)).map((name) => cache.delete(name)));
}

const kept = async () => (await caches.open(SHELL)).match(PAGE);

/** Answer with the page as the service has it, or as the phone has it. */
async function openPage(event) {
  const fresh = fetch(event.request);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); });
  try {
    const answer = await Promise.race([fresh, late.then(kept)]) || await fresh;
    if (isPage(answer)) event.waitUntil(keep(answer.clone()));
    return answer.status >= 500 ? (await kept()) || answer : answer;
  } catch (_unreachable) {
    return (await kept()) || Response.error();
  }
}

/** Answer with a tile of the base map that was seen before, or as the service has it. */
async function openTile(request) {
  const cache = await caches.open(TILES);
  const seen = await cache.match(request);
  if (seen) return seen;
  const answer = await fetch(request);
  if (answer.status === 200) {
    const known = await cache.keys();
    await Promise.all(known.slice(0, Math.max(0, known.length - MOST_TILES + 1)).map((each) => cache.delete(each)));
    await cache.put(request, answer.clone());
  }
  return answer;
}

/** Whoever signs out leaves neither page nor route behind; what waits to be sent stays. */
function forget() {
  const opening = indexedDB.open(DATABASE);
  opening.onsuccess = () => {
    const database = opening.result;
    if (database.objectStoreNames.contains("sheets")) {
      database.transaction("sheets", "readwrite").objectStore("sheets").clear();
    }
    database.close();
  };
  return Promise.all([SHELL, TILES].map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fetch(PAGE).then((page) => (isPage(page) ? keep(page) : undefined)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== self.location.origin) return;
  if (method === "DELETE" && pathname === "/session") {
    event.waitUntil(forget());
  } else if (mode === "navigate" && method === "GET" && pathname === PAGE) {
    event.respondWith(openPage(event));
  } else if (method === "GET" && pathname.startsWith("/tiles/")) {
    event.respondWith(openTile(event.request));
  } else if (method === "GET" && pathname.startsWith("/static/")) {
    event.respondWith(caches.match(event.request).then((file) => file || fetch(event.request)));
  }
});
