"use strict";
/* The routes of a day, team by team, with their timetables. */
(function () {
  const { page, map, touch, t, el, icon, facts, panel, reveal, fit, goTo, showCard, start, valueAt } = GeoInspect;

  const LINE_WIDTHS = [[9, 2.4], [11, 3], [13, 3.8], [15, 4.8], [17, 6.5]];
  const SHIFTS = [[9, 0.8], [12, 2.2], [14, 2.9], [16, 4.6], [18, 8]];
  const ARROW_SPACING = 84; // pixels
  const STOP_ROOM = 14; // pixels; half of what a numbered stop takes up

  /* ---- lines on the right-hand side of the road, with an edge and arrows ---- */

  /** Shift a line of pixels to its right, so that both directions of a street can be seen. */
  function shiftRight(points, shift) {
    const shifted = [];
    let before = null;
    for (let i = 1; i < points.length; i += 1) {
      const a = points[i - 1];
      const b = points[i];
      const length = a.distanceTo(b);
      if (length < 0.01) continue;
      const normal = L.point(-(b.y - a.y) / length, (b.x - a.x) / length);
      const joint = before ? before.add(normal) : normal;
      const size = joint.x * joint.x + joint.y * joint.y;
      if (before && size > 1) {
        shifted[shifted.length - 1] = a.add(joint.multiplyBy((2 * shift) / size)); // mitre
      } else {
        shifted.push(a.add(normal.multiplyBy(shift))); // a sharp turn keeps both corners
      }
      shifted.push(b.add(normal.multiplyBy(shift)));
      before = normal;
    }
    return shifted.length ? shifted : points;
  }

  /** Positions and directions of arrows along a line of pixels. */
  function arrowsAlong(points) {
    const arrows = [];
    let next = ARROW_SPACING / 2;
    for (let i = 1; i < points.length; i += 1) {
      const a = points[i - 1];
      const b = points[i];
      const length = a.distanceTo(b);
      for (; next <= length; next += ARROW_SPACING) {
        const share = next / length;
        arrows.push({ at: a.add(b.subtract(a).multiplyBy(share)), dx: (b.x - a.x) / length, dy: (b.y - a.y) / length });
      }
      next -= length;
    }
    return arrows;
  }

  const RouteLine = L.Polyline.extend({
    _projectLatlngs(latlngs, result, extent) {
      L.Polyline.prototype._projectLatlngs.call(this, latlngs, result, extent);
      const line = L.LineUtil.simplify(result[result.length - 1], 1);
      const shifted = shiftRight(line, valueAt(SHIFTS, this._map.getZoom()));
      result[result.length - 1] = shifted;
      this._arrows = arrowsAlong(shifted);
    },
    _updatePath() {
      const options = this.options;
      this.options = { ...options, color: "#ffffff", weight: options.weight + 3.2 };
      this._renderer._updatePoly(this);
      this.options = options;
      this._renderer._updatePoly(this);
      if (options.opacity > 0.5) this._drawArrows(this._renderer._ctx);
    },
    _drawArrows(context) {
      const size = Math.max(2.4, this.options.weight * 0.62);
      context.save();
      context.strokeStyle = "#ffffff";
      context.lineWidth = Math.max(1.3, this.options.weight * 0.32);
      context.lineCap = context.lineJoin = "round";
      context.beginPath();
      this._arrows.forEach(({ at, dx, dy }) => {
        const corner = (along, across) => [at.x + along * dx - across * dy, at.y + along * dy + across * dx];
        context.moveTo(...corner(-size * 0.5, -size * 0.8));
        context.lineTo(...corner(size * 0.5, 0));
        context.lineTo(...corner(-size * 0.5, size * 0.8));
      });
      context.stroke();
      context.restore();
    },
  });

  /* ---- teams on the map ---- */

  const renderer = L.canvas({ padding: 0.4, tolerance: touch ? 12 : 5 });
  const teams = page.teams.map((team) => ({ ...team, name: t("Team {id}", { id: team.id }), visible: true }));
  let lifted = null; // the team that stands out
  let chosen = null; // the team whose timetable is open

  teams.forEach((team) => {
    team.path = new RouteLine(team.line, { renderer, color: team.color, weight: 4, lineCap: "round", lineJoin: "round" });
    team.path.on("mouseover", () => lift(team)).on("mouseout", () => lift(chosen)).on("click", () => choose(team, true));
    team.path.bindTooltip(() => el("span", {}, team.name), { sticky: true, direction: "top" });
    team.markers = team.stops.map((stop) => stopMarker(team, stop));
    team.walks = L.layerGroup(team.stops.filter((stop) => stop.road).map((stop) =>
      L.polyline([stop.road, [stop.lat, stop.lon]], { renderer, interactive: false, color: team.color, weight: 2, dashArray: "2 5", lineCap: "round" })));
  });

  function inTeamColor(node, team) {
    node.style.setProperty("--color", team.color);
    node.style.setProperty("--on-color", team.textColor);
    return node;
  }

  function stopMarker(team, stop) {
    const badge = inTeamColor(el("span", { class: "stop-badge" }, String(stop.sequence)), team);
    const marker = L.marker([stop.lat, stop.lon], {
      icon: L.divIcon({ className: "stop", iconSize: [40, 40], html: badge }),
      title: stop.name,
      alt: t("{team}, stop {n}: {name}", { team: team.name, n: stop.sequence, name: stop.name }),
      riseOnHover: true,
    });
    marker.on("click", () => showStop(team, stop));
    marker.on("add", () => marker.getElement().setAttribute("aria-label", marker.options.alt));
    return marker;
  }

  function depotMarker(position, names) {
    const box = el("span", { class: "depot-badge" }, icon("M3 9.5 L10 3.5 L17 9.5 M5 8.5 V16.5 H15 V8.5 M8.4 16.5 V11.5 H11.6 V16.5"));
    const marker = L.marker(position, {
      icon: L.divIcon({ className: "depot", iconSize: [40, 40], html: box }),
      title: t("Depot"), alt: t("Depot"), zIndexOffset: 1000,
    });
    marker.bindPopup(() => el("article", { class: "card-body" },
      el("h2", {}, t("Depot")), el("p", {}, t("Start and end of: {teams}", { teams: names.join(t(", ")) }))),
      { className: "card", minWidth: 200 });
    return marker.addTo(map);
  }

  function stopCard(team, stop) {
    const chip = inTeamColor(el("span", { class: "chip chip-team" }, t("{team}, stop {n}", { team: team.name, n: stop.sequence })), team);
    return el("article", { class: "card-body" },
      el("h2", {}, stop.name),
      el("p", { class: "chips" }, chip, el("span", { class: "chip" }, stop.category)),
      facts([
        [t("On site"), t("{from} to {to}", { from: stop.arrival, to: stop.departure })],
        [t("Drive there"), t("{minutes} min, {km} km", { minutes: stop.travel, km: (stop.metres / 1000).toFixed(1) })],
        [t("By way of"), shorten(stop.streets)],
        [t("Responsible unit"), stop.unit],
        [t("Task"), stop.task],
        [t("Chance of being drawn"), percent(stop.chance)],
      ]));
  }

  function shorten(streets) {
    const parts = streets.slice(0, 4).join(" → ");
    return streets.length > 4 ? parts + " …" : parts;
  }

  function percent(share) {
    return share === null || share === undefined ? "" : (100 * share).toFixed(share < 0.1 ? 1 : 0) + " %";
  }

  function showStop(team, stop) {
    choose(team, false);
    sheet.open(false);
    goTo(stop.lat, stop.lon, 14);
    showCard(stop.lat, stop.lon, stopCard(team, stop), -8);
  }

  /** Draw lines, edges and markers as the state wants them. */
  function draw() {
    const weight = valueAt(LINE_WIDTHS, map.getZoom());
    const lead = lifted && lifted.visible ? lifted : null;
    teams.forEach((team) => {
      const faint = lead !== null && lead !== team;
      team.path.setStyle({ weight: faint ? weight * 0.8 : weight, opacity: faint ? 0.22 : 1 });
      toggle(team.path, team.visible);
      toggle(team.walks, team.visible && !faint && map.getZoom() >= 14);
      team.markers.forEach((marker) => {
        toggle(marker, team.visible);
        if (team.visible) marker.getElement().classList.toggle("is-faint", faint);
      });
    });
    numberStops(lead);
    if (lead) lead.path.bringToFront();
  }

  function toggle(layer, wanted) {
    if (wanted !== map.hasLayer(layer)) {
      if (wanted) layer.addTo(map);
      else layer.remove();
    }
  }

  function lift(team) {
    if (lifted === team) return;
    lifted = team;
    draw();
  }

  /** Number the stops that have room for it; where they crowd, the others are dots. */
  function numberStops(lead) {
    const taken = new Set();
    const cell = (at, dx, dy) => (Math.round(at.x / STOP_ROOM) + dx) + " " + (Math.round(at.y / STOP_ROOM) + dy);
    const order = teams.filter((team) => team.visible).sort((a, b) => (b === lead) - (a === lead));
    order.forEach((team) => team.markers.forEach((marker) => {
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => cell(at, dx, dy)));
      const isFree = !around.some((place) => taken.has(place));
      if (isFree) taken.add(cell(at, 0, 0));
      const isDot = !isFree && team !== lead;
      marker.getElement().classList.toggle("is-dot", isDot);
      marker.setZIndexOffset(isDot ? -1000 : 0);
    }));
  }

  map.on("zoomend", draw);
  map.on("click", () => choose(null, false));

  /* ---- the panel ---- */

  function figure(value, label) {
    return el("div", { class: "figure" }, el("span", { class: "figure-value" }, value), el("span", { class: "figure-label" }, label));
  }

  function hours(minutes) {
    return minutes < 60 ? t("{n} min", { n: minutes }) : t("{h} h {m} min", { h: Math.floor(minutes / 60), m: minutes % 60 });
  }

  function timetable(team) {
    const place = (time, name, more) => el("tr", { class: "depot-row" },
      el("td", {}, icon("M3 9.5 L10 3.5 L17 9.5 M5 8.5 V16.5 H15 V8.5")), el("td", { class: "time" }, time), el("td", {}, name), el("td", { class: "travel" }, more));
    const rows = team.stops.map((stop) => {
      const badge = inTeamColor(el("span", { class: "stop-badge" }, String(stop.sequence)), team);
      return el("tr", {},
        el("td", {}, badge),
        el("td", { class: "time" }, stop.arrival, el("br"), el("span", { class: "row-more" }, stop.departure)),
        el("td", {}, el("button", { class: "link", type: "button", on: { click: () => showStop(team, stop) } }, stop.name),
          el("span", { class: "row-more" }, stop.category)),
        el("td", { class: "travel" }, t("{n} min", { n: stop.travel })));
    });
    return el("table", { class: "timetable" },
      el("caption", { class: "visually-hidden" }, t("Timetable of {team}", { team: team.name })),
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, t("Stop"))),
        el("th", { scope: "col" }, t("Arrival, departure")),
        el("th", { scope: "col" }, t("Place")),
        el("th", { scope: "col", class: "travel" }, t("Travel")))),
      el("tbody", {}, place(team.departure, t("Depot"), ""), rows, place(team.return, t("Back at the depot"), t("{n} min", { n: team.lastTravel }))));
  }

  function teamEntry(team) {
    const box = el("input", { type: "checkbox", checked: true, "aria-label": t("Show {team}", { team: team.name }),
      on: { change: () => { team.visible = box.checked; entry.classList.toggle("is-hidden", !box.checked); refreshSwitch(); draw(); } } });
    const opener = el("button", { class: "team-head", type: "button", "aria-expanded": "false", on: { click: () => choose(chosen === team ? null : team, true) } },
      el("span", { class: "team-name" }, team.name),
      el("span", { class: "row-more" }, t("{n} stops · {km} km · {from} to {to}", { n: team.stops.length, km: team.km, from: team.departure, to: team.return })),
      icon("M6 8 L10 12 L14 8"));
    const body = el("div", { class: "team-body", hidden: true });
    const entry = el("li", { class: "team" }, el("div", { class: "team-line" }, el("label", { class: "team-check" }, box, el("span", { class: "swatch", "aria-hidden": "true" })), opener), body);
    inTeamColor(entry, team);
    entry.addEventListener("mouseenter", () => lift(team));
    entry.addEventListener("mouseleave", () => lift(chosen));
    team.entry = { box, opener, body, entry };
    return entry;
  }

  /** Open one team's timetable and let its route stand out; null closes. */
  function choose(team, move) {
    chosen = team;
    teams.forEach((other) => {
      const open = other === team;
      other.entry.opener.setAttribute("aria-expanded", String(open));
      other.entry.entry.classList.toggle("is-chosen", open);
      other.entry.body.hidden = !open;
      if (open && !other.entry.body.firstChild) other.entry.body.append(timetable(other));
    });
    if (team) {
      if (!team.visible) team.entry.box.click();
      reveal(sheet.body, team.entry.entry);
      if (move) fit(team.path.getBounds().pad(0.05));
    }
    lift(team);
    draw();
  }

  function refreshSwitch() {
    everyone.checked = teams.every((team) => team.visible);
    everyone.indeterminate = !everyone.checked && teams.some((team) => team.visible);
  }

  const everyone = el("input", { type: "checkbox", checked: true, on: { change: () => {
    teams.forEach((team) => {
      team.visible = team.entry.box.checked = everyone.checked;
      team.entry.entry.classList.toggle("is-hidden", !everyone.checked);
    });
    choose(null, false);
  } } });

  const { totals } = page;
  const sheet = panel({
    summary: el("p", { class: "summary" }, t("{date}: {teams} teams, {stops} stops", { date: page.dateText, teams: totals.teams, stops: totals.stops })),
  });
  sheet.body.append(
    el("div", { class: "figures" },
      figure(String(totals.teams), t("Teams")), figure(String(totals.stops), t("Stops")),
      figure(String(totals.km), t("km")), figure(hours(totals.minutes), t("Driving"))),
    el("div", { class: "teams-switch" },
      el("label", { class: "switch-all" }, everyone, el("span", {}, t("All teams")))),
    el("ul", { class: "teams" }, teams.map(teamEntry)),
    el("section", { class: "proof", "aria-label": t("About the draw") },
      facts([
        [t("Chance of a point that day"), totals.smallest === null ? "" : t("{smallest} to {largest}", { smallest: percent(totals.smallest), largest: percent(totals.largest) })],
        [t("Points in the draw"), String(totals.points)],
      ]),
      page.commitment ? el("p", { class: "commitment", title: page.commitment }, t("Commitment"), " ", el("code", {}, page.commitment.slice(0, 16))) : null));

  start();
  const depots = new Map();
  teams.forEach((team) => {
    const key = team.depot.join(" ");
    depots.set(key, { position: team.depot, names: (depots.has(key) ? depots.get(key).names : []).concat(team.name) });
  });
  depots.forEach(({ position, names }) => depotMarker(position, names));
  draw();
})();
