"use strict";
/*
 * Sends what waits on the phone, whenever the service can be reached: photos first, then
 * visits and results, an inspection at a time. Everything has an id of the phone's own, so what
 * is sent again because an answer was lost is entered once. A row is "waiting" until the
 * service has answered for exactly that content; then it is sent, in conflict, or refused.
 */
(function () {
  const store = window.GeoInspectStore;
  const FIRST_WAIT_S = 4;
  const LONGEST_WAIT_S = 240;
  const { user } = document.getElementById("inspect").dataset;

  let state = "idle";
  let failures = 0;
  let timer = 0;
  let running = false;
  let again = false;
  const listeners = [];

  class Unreachable extends Error {}
  class SignedOut extends Error {}

  function become(next) {
    state = next;
    listeners.forEach((listener) => listener());
  }

  /* ---- talking to the service ---- */

  async function reach(url, options) {
    try {
      return await fetch(url, options);
    } catch (_network) {
      throw new Unreachable();
    }
  }

  /** Take the word that shows where requests come from out of a fresh page of the same person. */
  async function renew() {
    const answer = await reach("/app/inspect?fresh", { headers: { Accept: "text/html" } });
    if (answer.status >= 500) throw new Unreachable();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const here = page.getElementById("inspect");
    if (here === null || here.dataset.user !== user) throw new SignedOut();
    document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
  }

  const isLater = (status) => status === 408 || status === 429 || status >= 500;

  /** Send once; again with a fresh word if the session has changed. Return the answer's JSON. */
  async function send(method, url, headers, body, isSecond = false) {
    const own = { "X-CSRF-Token": window.GeoInspectApp.csrf(), Accept: "application/json" };
    const answer = await reach(url, { method, headers: { ...own, ...headers }, body });
    if ((answer.status === 401 || answer.status === 403) && !isSecond) {
      await renew();
      return send(method, url, headers, body, true);
    }
    if (answer.status === 401) throw new SignedOut();
    if (isLater(answer.status)) throw new Unreachable();
    return { ok: answer.ok, told: await answer.json().catch(() => ({ title: answer.statusText })) };
  }

  const json = { "Content-Type": "application/json" };

  /* ---- what is sent ---- */

  const refusal = (answer) => answer.told.detail || answer.told.title || "";

  async function sendPhoto(photo) {
    const query = new URLSearchParams();
    ["taken_at", "lon", "lat"].forEach((name) => {
      if (photo[name] !== undefined) query.set(name, photo[name]);
    });
    const type = { "Content-Type": "application/octet-stream" };
    const answer = await send("PUT", `/photos/${photo.sha256}?${query}`, type, photo.bytes);
    await store.change("photos", photo.sha256, (row) => ({
      ...row,
      state: answer.ok ? "sent" : "refused",
      refusal: answer.ok ? "" : refusal(answer),
      // phones are full of photos already
      bytes: answer.ok ? null : row.bytes,
    }));
  }

  const visitOf = (row) => ({
    inspection_id: row.inspection_id,
    point_id: row.point_id,
    arrived_at: row.arrived_at,
    finished_at: row.finished_at,
    lon: row.lon,
    lat: row.lat,
    accuracy_m: row.accuracy_m,
  });

  const recordOf = (row) => ({
    inspection_id: row.inspection_id,
    item_id: row.item_id,
    revision: row.revision,
    point_id: row.point_id,
    inspected_at: row.inspected_at,
    n_breaches: row.n_breaches,
    photos: row.photos,
    remark: row.remark,
  });

  /** Note what became of an answer, unless it was changed while it was under way. */
  function settle(sent, how) {
    return store.change("answers", sent.id, (row) => (
      row.revision === sent.revision && row.state === "waiting" ? { ...row, ...how } : undefined
    ));
  }

  const ASKS = new Set(["conflict", "late"]);

  function settled(outcome) {
    const { differences, newest } = outcome;
    const asks = ASKS.has(outcome.outcome);
    return { state: asks ? "conflict" : "sent", outcome: outcome.outcome, differences, newest };
  }

  function settleVisit(sent, how) {
    return store.change("visits", sent.inspection_id, (row) => (
      row.changes === sent.changes ? { ...row, ...how } : undefined
    ));
  }

  /** Send the visit and all answers of one inspection. */
  async function sendInspection(visits, answers) {
    // from here on the service may have this revision, whether or not an answer comes back
    const tried = await Promise.all(answers.map((row) => store.change("answers", row.id, (now) => (
      now.state === "waiting" ? { ...now, tried: true } : undefined
    ))));
    const under = tried.filter(Boolean);
    const body = JSON.stringify({ visits: visits.map(visitOf), records: under.map(recordOf) });
    const answer = await send("POST", "/inspections/results", json, body);
    if (!answer.ok) {
      const refused = { state: "refused", refusal: refusal(answer) };
      await Promise.all(under.map((row) => settle(row, refused)));
      await Promise.all(visits.map((row) => settleVisit(row, refused)));
      return;
    }
    const { told } = answer;
    await Promise.all(under.map((row, k) => settle(row, settled(told.records[k]))));
    await Promise.all(visits.map((row, k) => settleVisit(row, settled(told.visits[k]))));
  }

  async function sendProblem(problem) {
    const headers = { ...json, "Idempotency-Key": problem.id };
    const answer = await send(
      "POST", "/ogc/collections/violations/items", headers, JSON.stringify(problem.feature),
    );
    await store.change("problems", problem.id, (row) => ({
      ...row,
      state: answer.ok ? "sent" : "refused",
      refusal: answer.ok ? "" : refusal(answer),
    }));
  }

  const waiting = async (name) => (await store.own(name, user)).filter((row) => row.state === "waiting");

  async function sendAll() {
    for (const photo of await waiting("photos")) await sendPhoto(photo);
    const visits = await waiting("visits");
    const answers = await waiting("answers");
    const ids = new Set([...visits, ...answers].map((row) => row.inspection_id));
    const of = (rows, id) => rows.filter((row) => row.inspection_id === id);
    for (const id of ids) await sendInspection(of(visits, id), of(answers, id));
    for (const problem of await waiting("problems")) await sendProblem(problem);
  }

  /* ---- when ---- */

  /** Wait twice as long after each failure; phones that lost the network together part ways. */
  function waitS() {
    return Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** failures) * (0.75 + Math.random() / 2);
  }

  async function flush() {
    window.clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    running = true;
    become("sending");
    try {
      do {
        again = false;
        await sendAll();
      } while (again);
      failures = 0;
      become("idle");
    } catch (error) {
      if (error instanceof SignedOut) {
        become("signed-out");
      } else {
        // also for what nobody foresaw: it waits on the phone, and is tried again
        become("offline");
        timer = window.setTimeout(flush, waitS() * 1000);
        failures += 1;
        if (!(error instanceof Unreachable)) throw error;
      }
    } finally {
      running = false;
    }
  }

  window.addEventListener("online", () => { failures = 0; flush(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") flush();
  });

  window.GeoInspectQueue = {
    flush,
    send,
    state: () => state,
    onChange: (listener) => listeners.push(listener),
  };
})();
