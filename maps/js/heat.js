"use strict";
/* Violations per inspection, hatched where too few were made; or their density, and it says so. */
(function () {
  const { page, map, style, t, el, facts, control, panel, note, pane, showCard, start } = GeoInspect;
  const { number, hatch, districtPath, ramp, key } = GeoInspectRates;
  const { numbers, scale, grid, isRate } = page;
  const EARTH = 6378137;
  const TENTHS = 10;
  const LITTLE = 0.5; // inspections; with less, nobody was there
  const SPILL = 0.25; // opacity outside the districts

  /* ---- pictures ---- */

  function decode(uri) {
    return new Promise((resolve, reject) => {
      const picture = new Image();
      picture.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = picture.naturalWidth;
        canvas.height = picture.naturalHeight;
        canvas.getContext("2d").drawImage(picture, 0, 0);
        resolve(canvas);
      };
      picture.onerror = reject;
      picture.src = uri;
    });
  }

  /** A picture of the cells for which `holds(red, exposure)`. */
  function mask(pixels, holds) {
    const canvas = document.createElement("canvas");
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    const image = new ImageData(pixels.width, pixels.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const exposure = (pixels.data[i + 1] * 256 + pixels.data[i + 2]) / TENTHS;
      image.data[i + 3] = holds(pixels.data[i], exposure) ? 255 : 0;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  /** A drawing of a tile's size, full of a pattern. */
  function filled(side, pattern) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.fillStyle = context.createPattern(pattern, "repeat");
    context.fillRect(0, 0, side, side);
    return context;
  }

  /* ---- the layer ---- */

  const RateLayer = L.GridLayer.extend({
    initialize(pictures, options) {
      this.pictures = pictures;
      L.GridLayer.prototype.initialize.call(this, options);
    },
    createTile(coords) {
      const ratio = Math.min(2, Math.ceil(window.devicePixelRatio || 1));
      const side = 256 * ratio;
      const tile = document.createElement("canvas");
      tile.width = tile.height = side;
      const context = tile.getContext("2d");
      context.imageSmoothingQuality = "high";
      const origin = L.point(coords.x, coords.y).multiplyBy(256);
      const districts = districtPath((latlng) => map.project(latlng, coords.z).subtract(origin).multiplyBy(ratio));
      if (districts) {
        // beyond the city the kernel only spills over: faint
        context.globalAlpha = SPILL;
        this.paint(context, coords, ratio, side);
        context.clip(districts, "evenodd");
        context.clearRect(0, 0, side, side);
        context.globalAlpha = 1;
      }
      this.paint(context, coords, ratio, side);
      return tile;
    },
    paint(context, coords, ratio, side) {
      if (isRate) context.drawImage(this.hatched(coords, ratio, side), 0, 0);
      context.save();
      context.setTransform(...this.place(coords, ratio));
      context.drawImage(this.pictures.colors, 0, 0);
      context.restore();
    },
    /** The transform from cells to pixels of a tile. */
    place(coords, ratio) {
      const metres = (2 * Math.PI * EARTH) / (256 * ratio) / Math.pow(2, coords.z);
      const west = -Math.PI * EARTH + coords.x * 256 * ratio * metres;
      const north = Math.PI * EARTH - coords.y * 256 * ratio * metres;
      const k = grid.cell / metres;
      return [k, 0, 0, k, (grid.west - west) / metres, (north - grid.north) / metres];
    },
    /** Hatching of a tile: wide where nobody looked, dense where too few inspections were made. */
    hatched(coords, ratio, side) {
      const wide = filled(side, hatch(ratio, false));
      this.stamp(wide, this.pictures.looked, coords, ratio, "destination-out");
      const dense = filled(side, hatch(ratio, true));
      this.stamp(dense, this.pictures.few, coords, ratio, "destination-in");
      wide.drawImage(dense.canvas, 0, 0);
      return wide.canvas;
    },
    stamp(context, picture, coords, ratio, operation) {
      context.save();
      context.globalCompositeOperation = operation;
      context.setTransform(...this.place(coords, ratio));
      context.drawImage(picture, 0, 0);
      context.restore();
    },
  });

  function show(colors, factsCanvas) {
    const pixels = factsCanvas.getContext("2d").getImageData(0, 0, factsCanvas.width, factsCanvas.height);
    const pictures = {
      colors,
      looked: mask(pixels, (red, exposure) => red > 0 || exposure >= LITTLE),
      few: mask(pixels, (red, exposure) => red === 0 && exposure >= LITTLE),
    };
    const layer = new RateLayer(pictures, { pane: pane("rates", 250), updateWhenZooming: false }).addTo(map);
    opacity.addEventListener("input", () => layer.setOpacity(opacity.value / 100));
    map.on("mousemove", (event) => tell(readout, event.latlng, pixels));
    map.on("click", (event) => {
      const content = el("p", { class: "reading" });
      tell(content, event.latlng, pixels);
      showCard(event.latlng.lat, event.latlng.lng, content);
    });
    document.body.classList.add("has-rates");
  }

  /* ---- what lies under the pointer ---- */

  function cellAt(latlng, pixels) {
    const at = L.CRS.EPSG3857.project(latlng);
    const column = Math.floor((at.x - grid.west) / grid.cell);
    const row = Math.floor((grid.north - at.y) / grid.cell);
    if (column < 0 || row < 0 || column >= pixels.width || row >= pixels.height) return null;
    const i = 4 * (row * pixels.width + column);
    const [red, high, low] = pixels.data.subarray(i, i + 3);
    return { value: red ? ((red - 1) / 254) * page.facts.top : null, exposure: (high * 256 + low) / TENTHS };
  }

  /** Write what the cell at a position says into `target`. */
  function tell(target, latlng, pixels) {
    const cell = cellAt(latlng, pixels);
    target.textContent = "";
    if (cell && cell.value !== null) {
      target.append(el("strong", {}, number(cell.value)), " ",
        isRate ? t("violations per 100 inspections here") : t("violations per km² here"),
        isRate ? el("span", { class: "row-more" }, t("{n} inspections stand behind it (nearer ones count more)", { n: number(cell.exposure) })) : "");
    } else if (isRate && cell && cell.exposure >= LITTLE) {
      target.append(t("Too few inspections here for a rate: {n} of {minimum}", { n: number(cell.exposure), minimum: numbers.minimum }));
    } else {
      target.append(isRate ? t("Nobody inspected here") : t("No violation recorded here"));
    }
  }

  /* ---- the legend ---- */

  function legend() {
    const flat = page.notice !== null;
    return el("section", { class: "scale", "aria-label": t("Legend") },
      el("p", { class: "scale-title" }, isRate ? t("Violations per 100 inspections") : t("Violations per km²")),
      flat ? null : ramp(scale.colors),
      isRate ? el("ul", { class: "keys" },
        page.notice === "too-few" ? null : key(scale.colors[0], t("0: inspected, no violation")),
        key(hatch(1, true), t("Too few inspections (under {n})", { n: numbers.minimum })),
        key(hatch(1, false), t("Not inspected"))) : null);
  }

  const NOTICES = {
    "none-found": () => t("No violation was found in this period."),
    "one-place": () => t("All {n} violations lie in one place, marked on the map. There is no spread to draw.", { n: numbers.violations }),
    "too-few": () => t("No place has {n} inspections yet, so there is no rate to show.", { n: numbers.minimum }),
  };

  function notes() {
    return [
      page.generated ? note("warn", t("Generated demonstration data: not real findings.")) : null,
      isRate ? null : note("warn", t("Counts, not rates: the number of inspections is unknown. High values can also mean that people looked more often there.")),
      page.notice ? note("plain", NOTICES[page.notice]()) : null,
    ];
  }

  function table() {
    if (!page.rows.length) return null;
    return el("table", { class: "data-table" },
      el("caption", {}, t("By district")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("District")),
        el("th", { scope: "col" }, isRate ? t("Area with a rate, km²") : t("Area with violations, km²")),
        el("th", { scope: "col" }, isRate ? t("Highest, per 100") : t("Highest, per km²")))),
      el("tbody", {}, page.rows.map((row) => el("tr", {}, el("td", {}, row.name), el("td", {}, number(row.area)),
        el("td", {}, row.highest === null ? (isRate ? t("not inspected enough") : "0") : number(row.highest))))));
  }

  function method() {
    return el("section", { "aria-label": t("How this was made") },
      facts([
        [t("Period"), page.period ? t("{from} to {to}", { from: page.period[0], to: page.period[1] }) : t("not stated")],
        [t("Violations"), String(numbers.violations)],
        [t("Inspections"), numbers.inspections === null ? t("unknown") : String(numbers.inspections)],
        [t("Outside the map"), numbers.outside ? String(numbers.outside) : ""],
        [t("Bandwidth"), t("{n} m", { n: number(numbers.bandwidth) })],
        [t("Cell"), t("{n} m", { n: number(numbers.cell) })],
      ]),
      page.remarks.map((remark) => el("p", { class: "method" }, remark)),
      el("p", { class: "method" }, isRate
        ? t("Violations and inspections are smoothed with the same Gaussian kernel and divided. A place keeps its colour at every zoom.")
        : t("Violations are smoothed with a Gaussian kernel. A place keeps its colour at every zoom.")));
  }

  /* ---- the page ---- */

  const opacity = el("input", { type: "range", min: "10", max: "100", value: "100", id: "opacity", "aria-label": t("Opacity") });
  const readout = el("p", { class: "readout", "aria-live": "off" }, t("Point at a place on the map to read its value."));
  const period = page.period ? t("{from} to {to}", { from: page.period[0], to: page.period[1] }) : "";
  const sheet = panel({
    peek: el("div", { class: "peek-legend" }, legend()),
    summary: el("p", { class: "summary" }, [period, t("{n} violations", { n: numbers.violations }), numbers.inspections === null ? "" : t("{n} inspections", { n: numbers.inspections })].filter(Boolean).join(" · ")),
  });
  sheet.body.append(
    el("label", { class: "slider" }, el("span", {}, t("Opacity")), opacity), readout);
  const dotsBox = el("input", { type: "checkbox", checked: false });
  if (page.dots.length) sheet.body.append(el("label", { class: "switch-all" }, dotsBox, el("span", {}, t("Show the inspection points"))));
  sheet.body.append(...GeoInspectOverlays.parts());
  sheet.body.append(method());
  const twin = table();
  if (twin) sheet.body.append(twin);

  start();

  const corner = el("div", { class: "corner" }, notes().filter(Boolean),
    el("p", { class: "caption" }, t("Kernel bandwidth {n} m", { n: number(numbers.bandwidth) }), period ? " · " + period : "", " · n = " + numbers.violations));
  control("topleft", corner);

  const renderer = L.canvas({ padding: 0.3, pane: pane("dots", 420) });
  const dots = L.layerGroup(page.dots.map((at) => L.circleMarker(at, { renderer, pane: "dots", interactive: false, radius: 2.6, weight: 1, color: "#ffffff", fillColor: "#22303f", fillOpacity: 0.9 })));
  dotsBox.addEventListener("change", () => (dotsBox.checked ? dots.addTo(map) : dots.remove()));

  if (page.place) {
    L.marker([page.place.lat, page.place.lon], { keyboard: true, title: t("{n} violations", { n: numbers.violations }), alt: t("{n} violations", { n: numbers.violations }),
      icon: L.divIcon({ className: "only-place", iconSize: [44, 44], html: el("span", {}, String(numbers.violations)) }) }).addTo(map);
  }
  if (isRate || page.notice === null) Promise.all([decode(page.picture), decode(page.facts.picture)]).then(([colors, factsCanvas]) => show(colors, factsCanvas));
  else document.body.classList.add("has-rates");
})();
