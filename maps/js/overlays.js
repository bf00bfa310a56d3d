"use strict";
/* What lies over a map of rates: areas that stand out, what becomes of them, points not inspected. */
const GeoInspectOverlays = (function () {
  const { page, map, t, el, note, pane, fit } = GeoInspect;
  const { number } = GeoInspectRates;
  const { spots, ages, emerging } = page;
  const OUTLINES = {
    hot: { color: "#9b0f2e", weight: 3, fill: false },
    cold: { color: "#0b4f8a", weight: 2.5, dashArray: "6 5", fill: false },
  };
  const TRENDS = {
    new: () => t("newly hot"),
    intensifying: () => t("growing hotter"),
    persistent: () => t("hot for long"),
    diminishing: () => t("cooling down"),
    sporadic: () => t("hot now and then"),
  };
  /* Words of what became of a hot spot, in the order of the legend. */
  const BECAME = {
    new: () => t("new: surely above the city in the last month for the first time"),
    intensifying: () => t("intensifying: above it before and now, and rising"),
    persistent: () => t("persistent: above it most of the time"),
    sporadic: () => t("sporadic: above it now and then"),
    diminishing: () => t("diminishing: falling"),
  };
  const maps = [map];
  const changes = [];

  /** A switch that shows and hides a layer on every map of the page; `make(on)` draws it for one. */
  function layerSwitch(label, make, checked, onChange) {
    const box = el("input", { type: "checkbox" });
    const layers = new Map();
    box.checked = checked;
    const change = () => {
      maps.forEach((on) => {
        if (box.checked && !layers.has(on)) layers.set(on, make(on));
        if (box.checked) layers.get(on).addTo(on);
        else if (layers.has(on)) layers.get(on).remove();
      });
      if (onChange) onChange(box.checked);
    };
    box.addEventListener("change", change);
    changes.push(change);
    change();
    return el("div", {}, el("label", { class: "switch-all" }, box, el("span", {}, label)));
  }

  /** Show on another map what is switched on. */
  function showOn(on) {
    maps.push(on);
    changes.forEach((change) => change());
  }

  /** An area in words; a press shows the place. */
  function areaRow(label, area) {
    const name = el("button", { class: "link", type: "button" }, label);
    name.addEventListener("click", () => fit(L.latLngBounds(area.rings[0])));
    return el("tr", {}, el("td", {}, name), el("td", {}, String(area.violations)), el("td", {}, String(area.inspections)));
  }

  function areaTable(name, caption, rows) {
    return el("table", { class: "data-table " + name },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, [t("Area"), t("Violations"), t("Inspections")].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows));
  }

  /* ---- what surely stands out ---- */

  function outlines(on) {
    const renderer = L.svg({ padding: 0.3, pane: pane("spots", 300, on) });
    return L.layerGroup(spots.areas.map((area) => L.polygon(area.rings, {
      ...OUTLINES[area.kind], renderer, pane: "spots", interactive: false, className: "spot-" + area.kind,
    })));
  }

  function spotsPart() {
    if (spots.reason) return [note("plain", spots.reason)];
    const of = (kind) => spots.areas.filter((area) => area.kind === kind);
    return [
      layerSwitch(t("Outline what is surely above or below the city"), outlines, true),
      el("p", { class: "method spots-summary" }, t("{hot} areas surely above the city (solid line), {cold} surely below (dashed)", { hot: of("hot").length, cold: of("cold").length })),
      spots.areas.length ? areaTable("spots-table", t("Areas that stand out"), spots.areas.map((area) => areaRow(area.kind === "hot" ? t("Above the city") : t("Below the city"), area))) : null,
      el("p", { class: "method" }, t("Getis-Ord Gi* of the inspections within {radius} m, given how many were made; at most {level} % of the outlined cells are expected to be false alarms.", { radius: number(spots.radius), level: number(spots.level) })),
    ];
  }

  /* ---- what becomes of hot spots ---- */

  /** Areas with the word for what became of them written on them, so that no colour is needed. */
  function trends(on) {
    const renderer = L.svg({ padding: 0.3, pane: pane("emerging", 310, on) });
    pane("emerging-names", 460, on);
    return L.layerGroup(emerging.areas.reduce((layers, area) => layers.concat(
      L.polygon(area.rings, { renderer, pane: "emerging", interactive: false, color: emerging.colors[area.kind], weight: 2, fillColor: emerging.colors[area.kind], fillOpacity: 0.3, className: "emerging-" + area.kind }),
      L.marker(L.latLngBounds(area.rings[0]).getCenter(), { interactive: false, keyboard: false, pane: "emerging-names",
        icon: L.divIcon({ className: "trend-name", iconSize: null, html: el("span", {}, TRENDS[area.kind]()) }) })), []));
  }

  function trendsPart() {
    const { areas, colors, months } = emerging;
    if (emerging.reason) return [el("p", { class: "method" }, emerging.reason)];
    if (!areas.length) return [el("p", { class: "method" }, t("Over {n} months no area stood out more than chance explains.", { n: months }))];
    const kinds = Object.keys(BECAME).filter((kind) => areas.some((area) => area.kind === kind));
    const legendOfKinds = el("ul", { class: "keys emerging-keys", "aria-label": t("What became of hot spots") }, kinds.map((kind) => {
      const swatch = el("span", { class: "key", "aria-hidden": "true" });
      swatch.style.background = colors[kind];
      return el("li", {}, swatch, el("span", {}, BECAME[kind]()));
    }));
    return [
      layerSwitch(t("Show what became of hot spots over {n} months", { n: months }), trends, false, (on) => { legendOfKinds.hidden = !on; }),
      legendOfKinds,
    ];
  }

  /* ---- where nobody has been for long ---- */

  /** The words of a class of ages. */
  function ageLabel(i) {
    const { limits } = ages;
    if (i === 0) return t("up to {n} days ago", { n: limits[0] });
    if (i < limits.length) return t("{from} to {to} days ago", { from: limits[i - 1] + 1, to: limits[i] });
    return i === limits.length ? t("more than {n} days ago", { n: limits[i - 1] }) : t("never inspected");
  }

  function marks(on) {
    const canvas = L.canvas({ padding: 0.3, pane: pane("ages", 430, on) });
    return L.layerGroup(ages.points.map(([lat, lon, age]) => L.circleMarker([lat, lon], {
      renderer: canvas, pane: "ages", interactive: false, radius: 6, weight: 1.5, color: "#ffffff", fillColor: ages.colors[age], fillOpacity: 1,
    })));
  }

  function agesPart() {
    const legendOfAges = el("ul", { class: "keys ages-keys", "aria-label": t("Days since the last inspection") }, ages.colors.map((color, i) => {
      const swatch = el("span", { class: "key", "aria-hidden": "true" });
      swatch.style.background = color;
      return el("li", {}, swatch, el("span", {}, t("{label}: {n} points", { label: ageLabel(i), n: ages.counts[i] })));
    }));
    return [
      layerSwitch(t("Show the days since the last inspection, on {day}", { day: ages.today }), marks, false, (on) => { legendOfAges.hidden = !on; }),
      legendOfAges,
    ];
  }

  /** What the panel says of the overlays that the page has, each with its switch. */
  function parts() {
    return [...(spots ? spotsPart() : []), ...(emerging ? trendsPart() : []), ...(ages ? agesPart() : [])].filter(Boolean);
  }

  return { parts, showOn };
})();
