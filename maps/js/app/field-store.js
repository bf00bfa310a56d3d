"use strict";
/*
 * What an inspector recorded, kept on the phone (IndexedDB) until the service has it, and a
 * while longer. Every row belongs to the person who made it. A change of a row is one
 * transaction: neither another tab nor the sender can come between reading and writing.
 */
(function () {
  const NAME = "geoinspect-field";
  const KEYS = {
    sheets: "user",
    visits: "inspection_id",
    answers: "id",
    photos: "sha256",
    problems: "id",
  };

  function open() {
    return new Promise((resolve, reject) => {
      const opening = window.indexedDB.open(NAME, 1);
      opening.onupgradeneeded = () => {
        Object.entries(KEYS).forEach(([name, keyPath]) => opening.result.createObjectStore(name, { keyPath }));
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

  /** Run one transaction on a store; it is over, and on the disk, when the promise is. */
  async function run(name, mode, work) {
    const transaction = (await database).transaction(name, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
    const request = work(transaction.objectStore(name));
    await done;
    return request && request.result;
  }

  const database = open();

  const get = (name, key) => run(name, "readonly", (store) => store.get(key));
  const all = (name) => run(name, "readonly", (store) => store.getAll());
  const put = (name, row) => run(name, "readwrite", (store) => store.put(row));

  /** Change a row by a function of what is there; undefined leaves it alone. */
  async function change(name, key, how) {
    let changed;
    await run(name, "readwrite", (store) => {
      const reading = store.get(key);
      reading.onsuccess = () => {
        changed = how(reading.result);
        if (changed !== undefined) store.put(changed);
      };
    });
    return changed;
  }

  /** Forget rows of a store that a test says are of no more use. */
  const forget = (name, isOver) => run(name, "readwrite", (store) => {
    const reading = store.openCursor();
    reading.onsuccess = () => {
      const cursor = reading.result;
      if (cursor === null) return;
      if (isOver(cursor.value)) cursor.delete();
      cursor.continue();
    };
  });

  /** Rows of one person. */
  const own = async (name, user) => (await all(name)).filter((row) => row.user === user);

  /** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is for HTTPS only. */
  function uuid() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  window.GeoInspectStore = { get, all, own, put, change, forget, uuid };
})();
