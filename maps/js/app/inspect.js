"use strict";
/*
 * An inspector's way through a day: arrive, look at each item, finish; problems elsewhere.
 * Every tap is on the phone's disk before the page shows it, so that a closed tab or an empty
 * battery loses nothing. Positions are asked for after a tap only, and nothing waits for them.
 * Text of the service reaches the page as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const store = window.GeoInspectStore;
  const queue = window.GeoInspectQueue;
  const root = document.getElementById("inspect");
  const { user, lang } = root.dataset;
  const REFRESH_MS = 60000;
  const KEPT_DAYS = 14;
  const POSITION = { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 };

  const words = {};
  document.querySelectorAll("#words dt").forEach((term) => {
    words[term.textContent] = term.nextElementSibling.textContent;
  });
  const word = (key, fields = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
  const byId = (id) => document.getElementById(id);
  const now = () => new Date().toISOString();
  const textOf = (item) => (lang === "en" && item.text_en ? item.text_en : item.text_zh);
  const isCounted = (item) => item.kind.startsWith("count");

  /** Copy a template and return it with its parts by name. */
  function copy(name) {
    const node = byId(`${name}-template`).content.firstElementChild.cloneNode(true);
    const parts = { node };
    node.querySelectorAll("[data-part]").forEach((part) => { parts[part.dataset.part] = part; });
    return parts;
  }

  let sheet = null;

  /* ---- the queue ---- */

  async function rowsInQueue() {
    const names = ["visits", "answers", "photos", "problems"];
    const rows = await Promise.all(names.map((name) => store.own(name, user)));
    return Object.fromEntries(names.map((name, k) => [name, rows[k]]));
  }

  /** The state of the queue in one word: nothing is called sent while something is not. */
  function stateOf({ waiting, asking, draft }) {
    if (queue.state() !== "idle") return queue.state();
    if (waiting > 0) return "sending";
    if (asking > 0) return "stuck";
    return draft > 0 ? "unfinished" : "idle";
  }

  async function showQueue() {
    const rows = await rowsInQueue();
    const every = Object.values(rows).flat();
    const n = (state) => every.filter((row) => row.state === state).length;
    const counted = { waiting: n("waiting"), sent: n("sent"), draft: n("draft") };
    byId("queue-counts").textContent = word("counts", counted);
    const asking = n("conflict") + n("refused");
    byId("queue-asking").textContent = asking ? word("asking", { n: asking }) : "";
    const state = stateOf({ ...counted, asking });
    byId("queue-state").textContent = word(state);
    byId("queue").dataset.state = state;
    byId("queue-sign-in").hidden = state !== "signed-out";
    await showAsking(rows);
  }

  /** Show what somebody has to decide. */
  async function showAsking(rows) {
    const nodes = Object.entries(rows).flatMap(([name, of]) => of
      .filter((row) => row.state === "conflict" || row.state === "refused")
      .map((row) => (row.state === "refused" ? refusedNode(name, row) : conflictNode(name, row))));
    byId("asking").replaceChildren(...nodes);
  }

  const KEYS = { visits: "inspection_id", answers: "id", photos: "sha256", problems: "id" };
  const titleOf = (name, row) => ({
    visits: () => row.stop.name,
    answers: () => `${row.name} · ${row.text}`,
    photos: () => word("photo"),
    problems: () => row.feature.properties.description,
  }[name]());

  function refusedNode(name, row) {
    const parts = copy("refused");
    parts.title.textContent = titleOf(name, row);
    parts.reason.textContent = row.refusal;
    parts.retry.addEventListener("click", async () => {
      await store.change(name, row[KEYS[name]], (there) => ({ ...there, state: "waiting" }));
      changed();
    });
    return parts.node;
  }

  /** Say in words what a field of a conflict holds. */
  function shown(field, value) {
    if (field === "photos") return word("n_photos", { n: value ? value.split("、").length : 0 });
    if (field !== "n_breaches") return value;
    return value === "None" ? word("not_applicable") : value;
  }

  function conflictNode(name, row) {
    const parts = copy("conflict");
    parts.title.textContent = titleOf(name, row);
    parts.newest.textContent = word("newest", { there: row.newest || 1, here: row.revision || 1 });
    parts.rows.replaceChildren(...row.differences.map((difference) => {
      const { field, there, came } = difference;
      const line = copy("difference");
      line.field.textContent = words[`field_${field}`] || field;
      line.there.textContent = shown(field, there);
      line.came.textContent = shown(field, came);
      return line.node;
    }));
    parts.table.hidden = row.differences.length === 0;
    parts.higher.hidden = name !== "answers";
    parts.higher.addEventListener("click", async () => {
      await store.change(name, row[KEYS[name]], (there) => ({
        ...there, revision: Math.max(there.newest, there.revision) + 1, tried: false, state: "waiting",
      }));
      changed();
    });
    parts.keep.addEventListener("click", async () => {
      await store.change(name, row[KEYS[name]], (there) => ({ ...there, ...adopted(there), state: "sent" }));
      await showStops();
      changed();
    });
    return parts.node;
  }

  /** What the phone shows of a record once its inspector keeps what is there. */
  function adopted(row) {
    const found = {};
    row.differences.forEach(({ field, there }) => {
      if (field === "n_breaches") found.n_breaches = there === "None" ? null : Number(there);
      if (field === "remark") found.remark = there;
      if (field === "photos") found.photos = there ? there.split("、") : [];
    });
    return found;
  }

  /** Something new is on the disk: show and send it. */
  function changed() {
    showQueue();
    queue.flush();
  }

  /* ---- the sheet ---- */

  const stopsOf = () => (sheet === null ? [] : sheet.routes.flatMap((route) => route.stops));

  /** Show the sheet that the phone has, then the one of the service; the page knows if there is none yet. */
  async function loadSheet(isFirst = false) {
    const kept = await store.get("sheets", user);
    sheet = kept ? kept.sheet : null;
    await showStops();
    if (isFirst && root.dataset.released === "no") {
      byId("sheet-note").textContent = word("no_route");
      return;
    }
    try {
      const answer = await fetch("/inspections/sheet", { headers: { Accept: "application/json" } });
      if (answer.ok) {
        sheet = await answer.json();
        await store.put("sheets", { user, sheet });
      }
      byId("sheet-note").textContent = answer.status === 404 && sheet === null ? word("no_route") : "";
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // out of reach: what the phone has is shown
      byId("sheet-note").textContent = sheet === null ? word("no_sheet") : "";
    }
    await showStops();
  }

  const visitAt = (visits, stop) => visits.find((visit) => (
    visit.point_id === stop.point_id && visit.date === sheet.date
  ));

  /** The stop at which somebody is comes first, then the next ones, then those that are done. */
  function rank({ stop, visit }) {
    if (visit === undefined) return stop.dropped ? 3 : 1;
    return visit.is_open ? 0 : 2;
  }

  async function showStops() {
    const visits = await store.own("visits", user);
    const answers = await store.own("answers", user);
    byId("day").textContent = sheet === null ? "" : sheet.date;
    const cards = stopsOf().map((stop) => ({ stop, visit: visitAt(visits, stop) }));
    const shownVisits = new Set(cards.map(({ visit }) => visit));
    // a visit that nobody finished stays, whatever day it is by now
    const older = visits.filter((visit) => visit.is_open && !shownVisits.has(visit));
    cards.push(...older.map((visit) => ({ stop: visit.stop, visit })));
    cards.sort((a, b) => rank(a) - rank(b) || a.stop.sequence - b.stop.sequence);
    window.GeoInspectMap.show(stopsOf().filter((stop) => !stop.dropped));
    byId("stops").replaceChildren(...cards.map(({ stop, visit }, k) => {
      const own = visit ? answers.filter((row) => row.inspection_id === visit.inspection_id) : [];
      return stopNode(stop, visit, own, k === 0);
    }));
  }

  const hour = (moment) => moment.slice(11, 16);

  /** Say when a stop is to be made, and when it was to be made before an amendment. */
  function timesOf(stop) {
    const times = `${hour(stop.arrival)}–${hour(stop.departure)}`;
    const planned = stop.planned_arrival || stop.arrival;
    return hour(planned) === hour(stop.arrival) ? times : word("moved", { times, planned: hour(planned) });
  }

  function stopNode(stop, visit, answers, isFirst) {
    const parts = copy("stop");
    parts.name.textContent = `${stop.sequence}. ${stop.name}`;
    parts.meta.textContent = `${stop.category} · ${timesOf(stop)}`;
    const isDropped = Boolean(stop.dropped);
    parts.dropped.hidden = !isDropped;
    parts.dropped.textContent = isDropped ? word(`dropped_${stop.dropped}`) : "";
    parts.map.href = `geo:${stop.lat},${stop.lon}?q=${stop.lat},${stop.lon}`;
    parts.next.hidden = !isFirst || isDropped || (visit !== undefined && !visit.is_open);
    parts.arrive.hidden = visit !== undefined || isDropped;
    parts.arrive.addEventListener("click", () => arrive(stop));
    parts.open.hidden = visit === undefined || !visit.is_open;
    parts.done.hidden = visit === undefined || visit.is_open;
    if (visit === undefined) return parts.node;
    if (visit.is_open) fillOpen(parts, visit, answers);
    else fillDone(parts, visit, answers);
    return parts.node;
  }

  /* ---- a visit ---- */

  function locate() {
    return new Promise((resolve) => {
      if (!navigator.geolocation || !window.isSecureContext) {
        resolve({});
        return;
      }
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy }),
        () => resolve({}),
        POSITION,
      );
    });
  }

  const changeVisit = (visit, changes) => store.change("visits", visit.inspection_id, (there) => ({
    ...there, ...changes, changes: there.changes + 1, state: "waiting",
  }));

  async function arrive(stop) {
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    const visit = {
      inspection_id: store.uuid(), user, date: sheet.date, point_id: stop.point_id, stop,
      arrived_at: now(), finished_at: null, lon: null, lat: null, accuracy_m: null,
      is_open: true, state: "waiting", changes: 0,
    };
    await store.put("visits", visit);
    await showStops();
    changed();
    const place = await locate();
    if (place.lon === undefined) return;
    showPosition(await changeVisit(visit, place));
    changed();
  }

  function showPosition(visit) {
    const holder = document.querySelector("[data-part=open]:not([hidden]) [data-part=position]");
    if (holder !== null) holder.textContent = positionOf(visit);
  }

  const positionOf = (visit) => (visit.lon === null
    ? word("no_position")
    : word("position", { m: Math.round(visit.accuracy_m) }));

  const clock = (moment) => new Date(moment).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });

  function fillOpen(parts, visit, answers) {
    parts.arrived.textContent = word("arrived", { at: clock(visit.arrived_at) });
    parts.position.textContent = positionOf(visit);
    const { items } = visit.stop;
    parts["no-items"].hidden = items.length > 0;
    parts.items.replaceChildren(...items.map((item) => (
      itemNode(visit, item, answers.find((row) => row.item_id === item.item_id))
    )));
    parts.finish.addEventListener("click", () => finish(visit, parts));
  }

  function fillDone(parts, visit, answers) {
    const n = (test) => answers.filter(test).length;
    parts.summary.textContent = word("summary", {
      n: answers.length,
      of: visit.stop.items.length,
      wanting: n((row) => isWanting(visit.stop.items.find((item) => item.item_id === row.item_id), row)),
      at: clock(visit.finished_at),
    });
    parts.correct.addEventListener("click", async () => {
      await store.change("visits", visit.inspection_id, (there) => ({ ...there, is_open: true }));
      await showStops();
    });
  }

  /** Tell whether an answer is a violation: more breaches than are allowed. */
  const isWanting = (item, row) => row.n_breaches > ((item && item.allowance) || 0);

  const isAnswered = (row) => row.n_breaches !== undefined;

  /** Send what was recorded at a stop; a remark without an answer keeps the visit open. */
  async function finish(visit, parts) {
    const own = (await store.own("answers", user)).filter((row) => row.inspection_id === visit.inspection_id);
    const bare = own.find((row) => !isAnswered(row));
    if (bare !== undefined) {
      parts.fault.textContent = word("bare", { item: bare.text });
      return;
    }
    const left = visit.stop.items.length - own.length;
    if (left > 0 && parts.finish.dataset.sure === undefined) {
      parts.finish.dataset.sure = "";
      parts.fault.textContent = word("left", { n: left });
      return;
    }
    await Promise.all(own.map((row) => store.change("answers", row.id, (there) => (
      there.state === "draft" ? { ...there, state: "waiting" } : undefined
    ))));
    // a clock that was set back meanwhile ends no visit before it begins
    const end = now() > visit.arrived_at ? now() : visit.arrived_at;
    await changeVisit(visit, { is_open: false, finished_at: visit.finished_at || end });
    await showStops();
    changed();
    root.scrollIntoView();
    loadSheet();
  }

  /* ---- an item ---- */

  const blank = (visit, item) => ({
    id: `${visit.inspection_id}/${item.item_id}`, user, inspection_id: visit.inspection_id,
    item_id: item.item_id, point_id: visit.point_id, inspected_at: visit.arrived_at, revision: 1,
    n_breaches: undefined, photos: [], remark: "", tried: false, newest: 0,
    name: visit.stop.name, text: textOf(item),
  });

  /** Record what is seen of an item. What the service may have already gets a revision of its own. */
  async function record(visit, item, how) {
    const id = `${visit.inspection_id}/${item.item_id}`;
    const row = await store.change("answers", id, (there) => {
      const before = there || blank(visit, item);
      const revision = before.tried ? Math.max(before.revision, before.newest) + 1 : before.revision;
      return { ...before, ...how(before), revision, tried: false, state: "draft" };
    });
    showQueue();
    return row;
  }

  function itemNode(visit, item, answer) {
    const parts = copy(isCounted(item) ? "counted" : "plain");
    const show = (row) => {
      if (isCounted(item)) showCount(parts, row, item);
      else showChoice(parts, row);
      showPhotos(parts, row);
    };
    const choose = async (how) => show(await record(visit, item, how));
    parts.text.textContent = textOf(item);
    parts.meta.textContent = metaOf(item);
    parts.fine.addEventListener("click", () => choose(() => ({ n_breaches: 0 })));
    parts.none.addEventListener("click", () => choose(() => ({ n_breaches: null })));
    if (isCounted(item)) {
      const step = (by) => choose((row) => ({ n_breaches: Math.min(9999, Math.max(0, (row.n_breaches || 0) + by)) }));
      parts.more.addEventListener("click", () => step(1));
      parts.fewer.addEventListener("click", () => step(-1));
    } else {
      parts.wanting.addEventListener("click", () => choose(() => ({ n_breaches: 1 })));
    }
    parts.remark.value = answer ? answer.remark : "";
    parts.more_box.open = Boolean(answer && answer.remark);
    parts.remark.addEventListener("input", () => choose(() => ({ remark: parts.remark.value })));
    parts.file.addEventListener("change", async () => {
      const file = parts.file.files[0];
      if (file === undefined) return;
      const photo = await window.GeoInspectPhotos.prepare(file);
      // the same photo is kept once, whatever became of it
      await store.change("photos", photo.sha256, (there) => (
        there === undefined ? { ...photo, user, kept_at: now(), state: "waiting", refusal: "" } : undefined
      ));
      await choose((row) => ({ photos: [...new Set([...row.photos, photo.sha256])] }));
      parts.file.value = "";
      changed();
    });
    show(answer || blank(visit, item));
    return parts.node;
  }

  const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));

  function showChoice(parts, row) {
    press(parts.fine, row.n_breaches === 0);
    press(parts.wanting, row.n_breaches === 1);
    press(parts.none, row.n_breaches === null);
  }

  /** Say what an item weighs, what it allows, and how long a unit has to put a breach right. */
  function metaOf(item) {
    const told = [word("item_meta", { weight: item.weight, severity: item.severity })];
    if (item.allowance) told.push(word("allows", { n: item.allowance }));
    // a sheet that is on the phone from before does not tell
    if (item.defect) told.push(word("deadline", { defect: word(`defect_${item.defect}`), n: item.working_days }));
    return told.join(" · ");
  }

  function showCount(parts, row, item) {
    parts.verdict.textContent = row.n_breaches > 0 && !isWanting(item, row) ? word("allowed") : "";
    press(parts.fine, row.n_breaches === 0);
    press(parts.none, row.n_breaches === null);
    parts.count.textContent = Number.isInteger(row.n_breaches) ? row.n_breaches : "–";
  }

  function showPhotos(parts, row) {
    parts.photos.textContent = row.photos.length ? word("n_photos", { n: row.photos.length }) : "";
  }

  /* ---- a problem elsewhere ---- */

  let place = null;

  function showPlace() {
    window.GeoInspectMap.setMark(place);
    byId("problem-place").textContent = place === null
      ? word("no_position")
      : word("at", { lon: place.lon.toFixed(5), lat: place.lat.toFixed(5) });
  }

  window.GeoInspectMap.onPick((picked) => {
    place = picked;
    showPlace();
  });

  byId("problem-locate").addEventListener("click", async () => {
    const found = await locate();
    place = found.lon === undefined ? null : found;
    showPlace();
  });

  byId("problem-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    if (place === null) {
      byId("problem-place").textContent = word("place_first");
      return;
    }
    const feature = {
      type: "Feature",
      geometry: { type: "Point", coordinates: [place.lon, place.lat] },
      properties: {
        found_at: now(),
        severity: Number(form.elements.severity.value),
        description: form.elements.description.value,
      },
    };
    await store.put("problems", {
      id: store.uuid(), user, feature, kept_at: now(), state: "waiting", refusal: "",
    });
    form.reset();
    place = null;
    showPlace();
    byId("problem-place").textContent = word("problem_kept");
    changed();
  });

  /* ---- begin ---- */

  /** Forget what was sent long ago; what was not sent stays for ever, whoever made it. */
  async function forgetOld() {
    const oldest = new Date(Date.now() - KEPT_DAYS * 86400000).toISOString();
    const isOld = (moment) => moment !== undefined && moment < oldest;
    const isOver = (row) => row.state === "sent" && !row.is_open
      && isOld(row.inspected_at || row.arrived_at || row.kept_at);
    await Promise.all(["visits", "answers", "photos", "problems"].map((name) => store.forget(name, isOver)));
  }

  byId("send-now").addEventListener("click", () => queue.flush());
  queue.onChange(showQueue);
  window.setInterval(() => {
    // further stops may be released, and any route may be amended
    if (document.visibilityState === "visible") loadSheet();
  }, REFRESH_MS);
  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register("/service-worker.js", { scope: "/app" });
  }
  forgetOld();
  loadSheet(true).then(changed);
})();
