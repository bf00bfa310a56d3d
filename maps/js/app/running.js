"use strict";
/*
 * The routes of a released day: lines and stops on the map, where each team was last, and why
 * no stop can move. A stop is dragged by mouse or finger, or chosen with keys in the form below;
 * both send the same question, and the stop lies where it lay before: nothing is changed here.
 * User text reaches the page as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const holder = document.getElementById("city-map");
  const list = document.getElementById("timetables");
  const form = document.getElementById("ask");
  if (!holder || !list || !form) return;
  const facts = JSON.parse(holder.dataset.map);
  const teams = JSON.parse(holder.dataset.teams);
  const words = JSON.parse(holder.dataset.words);
  const { line } = GeoInspectGround;
  const DRAG_FROM_PX = 6;

  /* ---- the map ------------------------------------------------------------------- */

  const EDGE = "#ffffff";
  const markers = new Map();
  const ground = GeoInspectGround.open(holder, facts, () => {});
  const map = ground.map;

  function badge(team, stop) {
    const node = document.createElement("span");
    node.className = "route-stop";
    node.textContent = String(stop.n);
    node.style.setProperty("--team", team.color);
    node.style.setProperty("--on-team", team.textColor);
    return node;
  }

  function card(team, stop) {
    const node = document.createElement("div");
    node.append(line(`${words.team.replace("{id}", team.id)} · ${stop.n}`, "map-note"), line(stop.name, "map-name"),
      line(`${stop.time} · ${stop.category}`, "map-note"), line(words.states[states().get(stop.id)] || "", "map-note"));
    return node;
  }

  const everything = L.featureGroup().addTo(map);
  teams.forEach((team) => {
    L.polyline(team.line, { color: EDGE, weight: 7, opacity: 0.9, interactive: false }).addTo(everything);
    L.polyline(team.line, { color: team.color, weight: 4, interactive: false }).addTo(everything);
  });
  teams.forEach((team) => team.stops.forEach((stop) => {
    const marker = L.marker(stop.at, {
      icon: L.divIcon({ className: "route-stop-box", iconSize: [26, 26], html: badge(team, stop) }),
      title: stop.name, alt: `${words.team.replace("{id}", team.id)} · ${stop.n} · ${stop.name}`, keyboard: false,
    });
    marker.bindPopup(() => card(team, stop), { autoPanPadding: [24, 24] });
    markers.set(stop.id, marker.addTo(everything));
  }));
  if (teams.length) map.fitBounds(everything.getBounds(), { padding: [24, 24], maxZoom: 16, animate: false });
  // numbers of several teams lie on each other from afar: there the open team alone has them
  const NUMBERS_FROM_ZOOM = 16;

  function thin() {
    const isFar = map.getZoom() < NUMBERS_FROM_ZOOM;
    const open = new Set(Array.from(list.querySelectorAll("details[open] li[data-stop]"), (row) => row.dataset.stop));
    markers.forEach((marker, id) => {
      marker.getElement().querySelector(".route-stop").classList.toggle("is-dot", isFar && !open.has(id));
      marker.setZIndexOffset(open.has(id) ? 1000 : 0);
    });
  }

  map.on("zoomend", thin);
  list.addEventListener("toggle", thin, true);
  thin();
  ground.draw();

  /** What is known of each stop, as the part of the page that is renewed tells. */
  function states() {
    const told = document.getElementById("standing");
    return new Map(JSON.parse(told.dataset.states).map(({ id, state }) => [id, state]));
  }

  function show(id) {
    const marker = markers.get(id);
    if (!marker) return;
    map.setView(marker.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
    marker.openPopup();
    holder.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shows]");
    if (button) show(button.dataset.shows);
  });

  /* a closed place of an amendment is pointed at where it lies */
  let closed = null;
  map.on("click", ({ latlng }) => {
    const amend = document.querySelector("form[data-kinds]");
    if (!amend || amend.querySelector("[name='event.kind']").value !== "closed-near") return;
    const { lng, lat } = latlng.wrap();
    amend.querySelector("[name='event.lon']").value = lng.toFixed(6);
    amend.querySelector("[name='event.lat']").value = lat.toFixed(6);
    if (closed) closed.remove();
    closed = L.circleMarker([lat, lng], { radius: 10, weight: 3, color: "#a1281d", interactive: false }).addTo(map);
  });

  /* ---- how far the teams are ----------------------------------------------------- */

  const KINDS = { done: "badge-good", there: "badge-accent", late: "badge-warn", skipped: "badge-warn" };

  function renew() {
    const now = states();
    list.querySelectorAll("[data-state-of]").forEach((node) => {
      const state = now.get(node.dataset.stateOf);
      node.textContent = words.states[state] || "";
      node.className = `badge ${KINDS[state] || ""}`;
    });
    markers.forEach((marker, id) => {
      const node = marker.getElement().querySelector(".route-stop");
      node.classList.toggle("is-done", now.get(id) === "done");
      node.classList.toggle("is-there", now.get(id) === "there");
    });
    const isOld = document.getElementById("standing").dataset.version !== list.dataset.version;
    document.getElementById("routes-changed").hidden = !isOld;
  }

  document.body.addEventListener("htmx:afterSettle", renew);
  renew();

  /* ---- asking why a stop cannot move --------------------------------------------- */

  const field = (name) => form.elements.namedItem(name);

  function ask(stop, team, position) {
    field("point_id").value = stop;
    field("to_team_id").value = team;
    field("position").value = position;
    window.htmx.trigger(form, "submit");
  }

  function rowOf(stop) {
    return Array.from(list.querySelectorAll("li[data-stop]")).find((row) => row.dataset.stop === stop);
  }

  /** Ask about the place before or after the one where the chosen stop is. */
  function shift(by) {
    const row = rowOf(field("point_id").value);
    const place = Number(row.dataset.n) + by;
    const last = row.parentElement.querySelectorAll("li[data-stop]").length;
    if (place >= 1 && place <= last) ask(row.dataset.stop, row.dataset.team, place);
    else window.GeoInspectApp.tell(by < 0 ? words.isFirst : words.isLast);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shift]");
    if (button) shift(Number(button.dataset.shift));
  });

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "why") document.getElementById("why").scrollIntoView({ block: "nearest" });
  });

  /* ---- dragging ------------------------------------------------------------------ */

  let drag = null;

  function unmark() {
    list.querySelectorAll(".drop-before, .drop-after").forEach((row) => row.classList.remove("drop-before", "drop-after"));
  }

  /** Find the place under the pointer: a row and its half, or a whole team; null if none. */
  function placeAt(x, y) {
    const under = document.elementFromPoint(x, y);
    const row = under && under.closest("#timetables li[data-stop]");
    if (row) {
      const box = row.getBoundingClientRect();
      return { row, after: y > box.top + box.height / 2 };
    }
    const team = under && under.closest("#timetables details");
    if (team) team.open = true;
    return null;
  }

  function begin(event) {
    const grip = event.target.closest("button.grip");
    if (!grip || event.button > 0) return;
    drag = { row: grip.closest("li"), grip, x: event.clientX, y: event.clientY, moved: false, place: null };
    grip.setPointerCapture(event.pointerId);
  }

  function move(event) {
    if (!drag) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y);
    if (!drag.moved && far < DRAG_FROM_PX) return;
    drag.moved = true;
    drag.row.classList.add("is-dragged");
    drag.place = placeAt(event.clientX, event.clientY);
    unmark();
    if (drag.place) drag.place.row.classList.add(drag.place.after ? "drop-after" : "drop-before");
    if (event.clientY < 90) window.scrollBy(0, -12);
    if (event.clientY > window.innerHeight - 90) window.scrollBy(0, 12);
  }

  function cancel() {
    if (!drag) return;
    drag.row.classList.remove("is-dragged");
    unmark();
    drag = null;
  }

  /** Which stop it would be: its own row, taken out, leaves those behind it one place ahead. */
  function positionAt({ row, after }, dragged) {
    const place = Number(row.dataset.n) + (after ? 1 : 0);
    const isBehind = row.dataset.team === dragged.dataset.team && Number(row.dataset.n) > Number(dragged.dataset.n);
    const isOwn = row === dragged;
    return place - (isBehind || (isOwn && after) ? 1 : 0);
  }

  function end() {
    if (!drag) return;
    const { row, place, moved } = drag;
    cancel();
    if (!moved) {
      // a press without a move chooses the stop in the form, where keys go on
      field("point_id").value = row.dataset.stop;
      field("to_team_id").value = row.dataset.team;
      field("position").value = row.dataset.n;
      form.scrollIntoView({ block: "nearest" });
      form.querySelector("[data-shift]").focus();
    } else if (place) {
      const position = positionAt(place, row);
      const isSame = place.row.dataset.team === row.dataset.team && position === Number(row.dataset.n);
      if (!isSame) ask(row.dataset.stop, place.row.dataset.team, position);
    }
  }

  list.addEventListener("pointerdown", begin);
  list.addEventListener("pointermove", move);
  list.addEventListener("pointerup", end);
  list.addEventListener("pointercancel", cancel);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") cancel(); });
  // a key on the grip is a click without a pointer
  list.addEventListener("click", (event) => {
    const grip = event.target.closest("button.grip");
    if (grip && event.detail === 0) {
      drag = { row: grip.closest("li"), moved: false, place: null };
      end();
    }
  });
})();
