"use strict";
/* Violations along the streets, per inspection or per km; grey where too few were made. */
(function () {
  const { page, map, t, el, facts, control, panel, note, pane, showCard, start } = GeoInspect;
  const { number } = GeoInspectRates;
  const { numbers, scale, isRate } = page;
  const STEPS = 1e5; // of a degree, as geoinspect/maps/streetrates.py packs them
  const FEW = -1;

  /** A line as pairs of lat, lon. */
  function unpack(steps) {
    const line = [];
    let lat = 0;
    let lon = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lon += steps[i + 1];
      line.push([lat / STEPS, lon / STEPS]);
    }
    return line;
  }

  const widthAt = (zoom) => (zoom < 12 ? 2 : zoom < 14 ? 3.5 : zoom < 16 ? 5.5 : 8);

  function draw() {
    const renderer = L.canvas({ padding: 0.3, pane: pane("rates", 290) });
    const layers = page.parts.map((part) => L.polyline(part.lines.map(unpack), {
      renderer, pane: "rates", interactive: false, lineCap: "round",
      color: part.class === FEW ? page.few : scale.colors[part.class],
      dashArray: part.class === FEW ? "2 7" : null,
      opacity: part.class === FEW ? 0.8 : 0.95,
      weight: widthAt(map.getZoom()),
    }).addTo(map));
    map.on("zoomend", () => layers.forEach((layer, i) => layer.setStyle({
      weight: page.parts[i].class === FEW ? Math.min(3, widthAt(map.getZoom())) : widthAt(map.getZoom()),
    })));
    document.body.classList.add("has-rates");
  }

  /* ---- the legend ---- */

  const unit = () => (isRate ? t("Violations per 100 inspections") : t("Violations per km of street"));

  /** A class lies between two ticks; the last one is open. */
  function classLabel(i) {
    const { ticks } = scale;
    return i === ticks.length - 1 ? t("{from} and more", { from: number(ticks[i]) }) : t("{from} to {to}", { from: number(ticks[i]), to: number(ticks[i + 1]) });
  }

  function swatch(color, dashed) {
    const mark = el("span", { class: "key key-line", "aria-hidden": "true" });
    mark.style.borderTop = "4px " + (dashed ? "dotted " : "solid ") + color;
    return mark;
  }

  function legend() {
    return el("section", { class: "scale", "aria-label": t("Legend") },
      el("p", { class: "scale-title" }, unit()),
      el("ul", { class: "keys" },
        scale.colors.slice(0, scale.isOpen ? undefined : -1).map((color, i) => el("li", {}, swatch(color, false), el("span", {}, classLabel(i)))),
        isRate ? el("li", {}, swatch(page.few, true), el("span", {}, t("Too few inspections (under {n})", { n: numbers.minimum }))) : null));
  }

  /* ---- the panel ---- */

  function table() {
    if (!page.rows.length) return el("p", { class: "method" }, t("No street with a name stands out."));
    return el("table", { class: "data-table streets-table" },
      el("caption", {}, t("Streets with the highest values")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Street")), el("th", { scope: "col" }, isRate ? t("Per 100") : t("Per km")),
        isRate ? el("th", { scope: "col" }, t("Inspections")) : null)),
      el("tbody", {}, page.rows.map((row) => {
        const name = el("button", { class: "link", type: "button" }, row.name);
        name.addEventListener("click", () => {
          map.setView(row.at, Math.max(map.getZoom(), 16));
          showCard(row.at[0], row.at[1], el("p", { class: "reading" }, row.name + " ", el("strong", {}, number(row.value)), " ", unit()));
        });
        return el("tr", {}, el("td", {}, name), el("td", {}, number(row.value)), isRate ? el("td", {}, number(row.inspections)) : null);
      })));
  }

  function method() {
    return el("section", { "aria-label": t("How this was made") },
      facts([
        [t("Period"), page.period ? t("{from} to {to}", { from: page.period[0], to: page.period[1] }) : t("not stated")],
        [t("Violations"), String(numbers.violations)],
        [t("Inspections"), numbers.inspections === null ? t("unknown") : String(numbers.inspections)],
        [t("Farther than 100 m from any street"), numbers.off ? String(numbers.off) : ""],
        [t("Bandwidth"), t("{n} m", { n: number(numbers.bandwidth) })],
      ]),
      page.remarks.map((remark) => el("p", { class: "method" }, remark)),
      el("p", { class: "method" }, t("Violations and inspections spread along the streets, not across walls and water, and are divided. A street keeps its colour at every zoom.")));
  }

  const period = page.period ? t("{from} to {to}", { from: page.period[0], to: page.period[1] }) : "";
  const sheet = panel({
    peek: el("div", { class: "peek-legend" }, legend()),
    summary: el("p", { class: "summary" }, [period, t("{n} violations", { n: numbers.violations }), numbers.inspections === null ? "" : t("{n} inspections", { n: numbers.inspections })].filter(Boolean).join(" · ")),
  });
  sheet.body.append(table(), method());

  start();
  control("topleft", el("div", { class: "corner" }, [
    page.generated ? note("warn", t("Generated demonstration data: not real findings.")) : null,
    isRate ? null : note("warn", t("Counts, not rates: the number of inspections is unknown. High values can also mean that people looked more often there.")),
  ].filter(Boolean), el("p", { class: "caption" }, t("Kernel bandwidth {n} m", { n: number(numbers.bandwidth) }), period ? " · " + period : "", " · n = " + numbers.violations)));
  draw();
})();
