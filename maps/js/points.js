"use strict";
/* Inspection points, who answers for them or how likely they are, and the same as a list. */
(function () {
  const { page, map, touch, t, el, icon, facts, panel, note, reveal, fit, goTo, showCard, start } = GeoInspect;
  const CHUNK = 100;
  const OPEN = "\u0000open";
  const state = { words: "", district: "", unit: "", colorBy: page.chances ? "chance" : "group", shown: CHUNK, selected: null };

  const districts = names((point) => point.district);
  const units = names((point) => point.unit);
  const numberOpen = page.points.filter((point) => point.open).length;

  /** Distinct non-empty texts, the frequent first. */
  function names(read) {
    const counts = new Map();
    page.points.forEach((point) => counts.set(read(point), (counts.get(read(point)) || 0) + 1));
    counts.delete("");
    return Array.from(counts.keys()).sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  }

  function classes() {
    if (state.colorBy === "chance") return page.chances;
    if (state.colorBy === "group") return page.groups;
    return districts
      .map((name, i) => ({ name, color: page.colors[i % page.colors.length] }))
      .concat({ name: t("In no district"), color: page.groups[page.groups.length - 1].color });
  }

  function classOf(point) {
    if (state.colorBy === "chance") return point.class;
    if (state.colorBy === "group") return point.group;
    const place = districts.indexOf(point.district);
    return place < 0 ? districts.length : place;
  }

  /* ---- markers ---- */

  const renderer = L.canvas({ padding: 0.3, tolerance: touch ? 14 : 4 });
  const markers = page.points.map((point) => {
    const marker = L.circleMarker([point.lat, point.lon], { renderer });
    marker.bindTooltip(() => el("span", {}, point.name), { direction: "top", offset: [0, -6] });
    marker.on("click", () => select(point));
    return marker;
  });
  const order = Array.from(markers.keys());
  if (page.chances) order.reverse(); // the likeliest come first in the list and lie on top
  const ring = L.circleMarker([0, 0], { renderer, radius: 13, weight: 3, color: "#14508c", fill: false, interactive: false });

  function paint(point, marker) {
    const color = classes()[classOf(point)].color;
    marker.setRadius(radius());
    marker.setStyle(point.open && !page.chances
      ? { color, weight: 2.5, fillColor: "#ffffff", fillOpacity: 1, opacity: 1, dashArray: "3 2.5" }
      : { color: page.chances ? "#4a4038" : "#ffffff", weight: page.chances ? 0.7 : 1.4, fillColor: color, fillOpacity: 1, opacity: 1, dashArray: null });
  }

  /** Smaller the closer the points lie to each other on the screen. */
  function radius() {
    const [west, south, east, north] = page.bounds;
    const size = map.project([south, east]).subtract(map.project([north, west]));
    const spacing = Math.sqrt((size.x * size.y) / Math.max(page.points.length, 1));
    return Math.min(7, Math.max(3, spacing * 0.2));
  }

  map.on("zoomend", () => markers.forEach((marker) => marker.setRadius(radius())));

  function card(point) {
    return el("article", { class: "card-body" },
      el("h2", {}, point.name),
      el("p", { class: "chips" }, el("span", { class: "chip" }, point.category),
        point.status ? el("span", { class: "chip " + (point.open ? "chip-open" : "chip-plain") }, page.statuses[point.status] || point.status) : null),
      facts([
        [t("District"), point.district],
        [t("Responsible unit"), page.assigned ? point.unit || t("none") : ""],
        [t("Reason"), point.reason],
        [t("Violations found"), point.violations < 0 ? "" : String(point.violations)],
        [t("Chance"), page.chances ? percent(point.chance) : ""],
        [t("Why"), page.chances ? el("ul", {}, point.reasons.map((reason) => el("li", {}, reason))) : ""],
        [t("Number"), point.id],
      ]));
  }

  function percent(share) {
    return (100 * share).toFixed(share < 0.1 ? 1 : 0) + " %";
  }

  function select(point) {
    state.selected = point;
    ring.setLatLng([point.lat, point.lon]).addTo(map);
    sheet.open(false);
    goTo(point.lat, point.lon, 14);
    showCard(point.lat, point.lon, card(point), -6);
    list.querySelectorAll("[aria-current]").forEach((row) => row.removeAttribute("aria-current"));
    const row = list.querySelector('[data-place="' + page.points.indexOf(point) + '"]');
    if (row) {
      row.setAttribute("aria-current", "true");
      reveal(sheet.body, row);
    }
  }

  map.on("popupclose", () => ring.remove());

  /* ---- the list and its filters ---- */

  function fits(point) {
    const words = state.words.trim().toLowerCase();
    return (!words || [point.name, point.category, point.unit, point.id].join("\n").toLowerCase().includes(words)) &&
      (!state.district || point.district === state.district) &&
      (!state.unit || (state.unit === OPEN ? point.open : point.unit === state.unit));
  }

  function row(point) {
    const kind = classes()[classOf(point)];
    const dot = el("span", { class: "dot" + (point.open ? " dot-open" : ""), "aria-hidden": "true" });
    dot.style.setProperty("--color", kind.color);
    return el("li", {},
      el("button", { class: "row", type: "button", "data-place": page.points.indexOf(point), on: { click: () => select(point) } },
        dot,
        el("span", { class: "row-text" },
          el("span", { class: "row-name" }, point.name),
          el("span", { class: "row-more" }, [point.category, point.district].filter(Boolean).join(" · ")),
          page.chances
            ? el("span", { class: "row-more" }, [percent(point.chance)].concat(point.reasons).join(" · "))
            : null,
          page.assigned && !page.chances && !page.unit
            ? el("span", { class: "row-more" + (point.open ? " is-open-case" : "") }, point.unit || page.statuses[point.status])
            : null)));
  }

  function refresh() {
    const found = page.points.filter(fits);
    const wanted = new Set(found);
    order.forEach((i) => {
      paint(page.points[i], markers[i]);
      if (wanted.has(page.points[i])) markers[i].addTo(map);
      else markers[i].remove();
    });
    list.textContent = "";
    found.slice(0, state.shown).forEach((point) => list.append(row(point)));
    more.hidden = found.length <= state.shown;
    none.hidden = found.length > 0;
    count.textContent = found.length === page.points.length
      ? t("{n} inspection points", { n: found.length })
      : t("{found} of {n} inspection points", { found: found.length, n: page.points.length });
    drawLegend(found);
    return found;
  }

  function drawLegend(found) {
    const counts = new Map();
    found.forEach((point) => counts.set(classOf(point), (counts.get(classOf(point)) || 0) + 1));
    legend.textContent = "";
    classes().forEach((kind, i) => {
      if (!counts.has(i) && state.colorBy !== "chance") return;
      const dot = el("span", { class: "dot", "aria-hidden": "true" });
      dot.style.setProperty("--color", kind.color);
      legend.append(el("li", {}, dot, el("span", { class: "legend-name" }, kind.name), el("span", { class: "legend-count" }, String(counts.get(i) || 0))));
    });
    legend.classList.toggle("legend-steps", state.colorBy === "chance");
    if (!page.chances && found.some((point) => point.open)) {
      const dot = el("span", { class: "dot dot-open", "aria-hidden": "true" });
      dot.style.setProperty("--color", "#5a6672");
      legend.append(el("li", {}, dot, el("span", { class: "legend-name" }, t("Hollow: no unit yet")),
        el("span", { class: "legend-count" }, String(found.filter((point) => point.open).length))));
    }
  }

  /** Filter again, and show what is left. */
  function filter(change) {
    Object.assign(state, change, { shown: CHUNK });
    const found = refresh();
    if ((state.district || state.unit) && found.length) {
      fit(L.latLngBounds(found.map((point) => [point.lat, point.lon])).pad(0.08));
    }
  }

  function choice(label, all, options, key) {
    const box = el("select", { on: { change: () => filter({ [key]: box.value }) } },
      el("option", { value: "" }, all),
      options.map(([value, text]) => el("option", { value }, text)));
    return el("label", { class: "field" }, el("span", { class: "field-label" }, label), box);
  }

  function segment(label, value) {
    const input = el("input", { type: "radio", name: "color-by", checked: state.colorBy === value,
      on: { change: () => { state.colorBy = value; refresh(); } } });
    return el("label", { class: "segment" }, input, el("span", {}, label));
  }

  const count = el(page.chances ? "span" : "p", { class: "summary", "aria-live": "polite" });
  const search = el("input", { type: "search", placeholder: t("Search name, category, unit"),
    "aria-label": t("Search name, category, unit"), autocomplete: "off",
    on: { input: () => filter({ words: search.value }) } });
  const list = el("ol", { class: "rows", "aria-label": t("Inspection points") });
  const legend = el("ul", { class: "legend" });
  const none = el("p", { class: "empty" }, t("No point fits. Clear the search or a filter."));
  const more = el("button", { class: "wide-button", type: "button",
    on: { click: () => { state.shown += CHUNK; refresh(); } } }, t("Show more"));

  const warning = page.chances
    ? note("warn", t("For supervisors only: whoever sees which points were visited lately can tell past draws from it, and guess where nobody will come."))
    : null;
  if (page.chances) drawLegend(page.points);
  const sheet = panel({
    summary: page.chances ? el("p", { class: "summary" }, page.dateText, " · ", count) : count,
    peek: page.chances ? el("div", { class: "peek-legend" }, legend, warning) : null,
  });
  const unitOptions = units.map((name) => [name, name]);
  if (numberOpen) unitOptions.unshift([OPEN, t("No unit yet ({n})", { n: numberOpen })]);
  sheet.body.append(...[
    el("div", { class: "search" }, icon("M8.8 14.6 A5.8 5.8 0 1 0 8.8 3 A5.8 5.8 0 0 0 8.8 14.6 M13 13 L17 17"), search),
    el("div", { class: "fields" },
      districts.length > 1 ? choice(t("District"), t("All districts"), districts.map((name) => [name, name]), "district") : null,
      unitOptions.length > 1 ? choice(t("Responsible unit"), t("All units"), unitOptions, "unit") : null),
    page.chances ? null : el("fieldset", { class: "segments" }, el("legend", {}, t("Colour by")),
      segment(t("Category"), "group"), segment(t("District"), "district")),
    page.chances ? null : legend,
    list, none, more,
  ].filter(Boolean));

  start();
  refresh();
})();
