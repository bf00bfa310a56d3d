"use strict";
/* Violations through time: a slider over periods, filters, and two periods side by side. */
(function () {
  const { page, map, t, el, icon, facts, panel, note, pane, fit, showCard, start, dress, name } = GeoInspect;
  const { number, hatch, districtPath, ramp, key, HATCH } = GeoInspectRates;
  const { ANY, surface, fill, byCode } = GeoInspectSurface;
  const { grid, kernel, scale, isRate, nDays } = page;
  const EARTH = 6378137;
  const LITTLE = isRate ? 0.5 : 0; // inspections; with less, nobody was there
  const LEAST_PER_KM2 = 0.05;
  const SPILL = 0.25; // opacity outside the districts
  const DAY_MS = 86400000;
  const PLAY_MS = 12000; // from the first day to the last
  const MOST_RATIO = 2;

  const filter = { category: ANY, district: ANY, severity: 0 };
  let windowDays = page.window;

  /* ---- days ---- */

  const firstDay = Date.UTC(...page.firstDay.split("-").map((part, i) => Number(part) - (i === 1 ? 1 : 0)));

  function dayText(day) {
    return new Date(firstDay + day * DAY_MS).toISOString().slice(0, 10);
  }

  function periodOf(last) {
    return { from: Math.max(0, last - windowDays + 1), to: last };
  }

  function periodText(period) {
    return t("{from} to {to}", { from: dayText(period.from), to: dayText(period.to) });
  }

  /* ---- pictures of a surface, one pixel a cell ---- */

  function picture() {
    const canvas = document.createElement("canvas");
    canvas.width = grid.columns;
    canvas.height = grid.rows;
    const image = new ImageData(grid.columns, grid.rows);
    return { canvas, context: canvas.getContext("2d"), image, pixels: new Uint32Array(image.data.buffer) };
  }

  const palette = new Uint32Array(new Uint8Array([].concat(...scale.colors)).buffer);
  const top = scale.ticks[scale.ticks.length - 1];
  const NOTHING = palette[0] & 0xffffff;
  const OPAQUE = 0xff000000;

  /** Colours where there is a value; masks of where somebody looked, and where too rarely. */
  function paintCells(view) {
    const { values, exposure } = view.surface;
    const { colors, looked, few } = view;
    const n = palette.length;
    view.isBlank = true;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      const none = isRate ? value !== value : value < LEAST_PER_KM2;
      if (!none) view.isBlank = false;
      colors.pixels[i] = none ? NOTHING : palette[Math.min(n - 1, Math.floor((value / top) * n))];
      looked.pixels[i] = exposure[i] >= LITTLE ? OPAQUE : 0;
      few.pixels[i] = none && exposure[i] >= LITTLE ? OPAQUE : 0;
    }
    [colors, looked, few].forEach((each) => each.context.putImageData(each.image, 0, 0));
  }

  /* ---- the layer: one canvas as large as the map ---- */

  const SurfaceLayer = L.Layer.extend({
    initialize(view) {
      this.view = view;
    },
    onAdd(on) {
      this.canvas = el("canvas", { class: "surface leaflet-zoom-hide", "aria-hidden": "true" });
      this.dense = document.createElement("canvas");
      on.getPane(pane("rates", 250, on)).appendChild(this.canvas);
      on.on("move zoomend resize viewreset", this.reset, this);
      this.reset();
    },
    /** Fit the canvas to the map and draw. */
    reset() {
      const on = this._map;
      const size = on.getSize();
      this.ratio = Math.min(MOST_RATIO, Math.ceil(window.devicePixelRatio || 1));
      [this.canvas, this.dense].forEach((canvas) => {
        canvas.width = Math.max(1, size.x * this.ratio);
        canvas.height = Math.max(1, size.y * this.ratio);
      });
      this.wide = hatch(this.ratio, false);
      this.close = hatch(this.ratio, true);
      this.canvas.style.width = size.x + "px";
      this.canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(this.canvas, on.containerPointToLayerPoint([0, 0]));
      this.around = this.outside();
      this.draw();
    },
    /** Everything but the districts, as a path. */
    outside() {
      const path = districtPath((latlng) => this._map.latLngToContainerPoint(latlng).multiplyBy(this.ratio));
      if (path) path.rect(0, 0, this.canvas.width, this.canvas.height);
      return path;
    },
    draw() {
      const context = this.canvas.getContext("2d");
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = "source-over";
      context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      context.imageSmoothingQuality = "medium";
      if (isRate) this.hatch(context);
      this.stamp(context, this.view.colors, "source-over");
      if (this.around) {
        // beyond the city the kernel only spills over: faint
        context.globalCompositeOperation = "destination-out";
        context.globalAlpha = 1 - SPILL;
        context.fill(this.around, "evenodd");
        context.globalAlpha = 1;
      }
    },
    /** Wide where nobody looked, dense where too few inspections were made. */
    hatch(context) {
      this.cover(context, false);
      this.stamp(context, this.view.looked, "destination-out");
      const box = this.cellBox();
      if (box[2] < 1 || box[3] < 1) return;
      const dense = this.dense.getContext("2d");
      dense.save();
      dense.beginPath();
      dense.rect(...box);
      dense.clip();
      dense.clearRect(...box);
      dense.globalCompositeOperation = "source-over";
      this.cover(dense, true);
      this.stamp(dense, this.view.few, "destination-in");
      dense.restore();
      context.globalCompositeOperation = "source-over";
      context.drawImage(this.dense, ...box, ...box);
    },
    /** Left, top, width and height of the cells on the canvas, in whole pixels. */
    cellBox() {
      const { k, x, y } = this.place();
      const left = Math.max(0, Math.floor(x));
      const upper = Math.max(0, Math.floor(y));
      const right = Math.min(this.canvas.width, Math.ceil(x + k * grid.columns));
      const lower = Math.min(this.canvas.height, Math.ceil(y + k * grid.rows));
      return [left, upper, right - left, lower - upper];
    },
    /** Where the cells lie: the side of one and the corner of all, in pixels of the canvas. */
    place() {
      const corner = this._map.latLngToContainerPoint(L.CRS.EPSG3857.unproject(L.point(grid.west, grid.north)));
      const metres = (2 * Math.PI * EARTH) / 256 / Math.pow(2, this._map.getZoom());
      return { k: (grid.cell / metres) * this.ratio, x: corner.x * this.ratio, y: corner.y * this.ratio };
    },
    /** Fill with a pattern that stays where it is on the map. */
    cover(context, isDense) {
      const at = this._map.containerPointToLayerPoint([0, 0]).add(this._map.getPixelOrigin());
      const shift = [at.x, at.y].map((value) => -(((value % HATCH) + HATCH) % HATCH) * this.ratio);
      context.fillStyle = context.createPattern(isDense ? this.close : this.wide, "repeat");
      context.setTransform(1, 0, 0, 1, ...shift);
      context.fillRect(0, 0, this.canvas.width + HATCH * this.ratio, this.canvas.height + HATCH * this.ratio);
      context.setTransform(1, 0, 0, 1, 0, 0);
    },
    /** Draw a picture of the cells where the cells lie. */
    stamp(context, cells, operation) {
      const { k, x, y } = this.place();
      context.globalCompositeOperation = operation;
      context.setTransform(k, 0, 0, k, x, y);
      context.drawImage(cells.canvas, 0, 0);
      context.setTransform(1, 0, 0, 1, 0, 0);
    },
  });

  /* ---- a view: a map, its period, its slider ---- */

  function view(on, letter, label, last) {
    const made = { on, letter, last, surface: surface(), colors: picture(), looked: picture(), few: picture() };
    made.caption = el("p", { class: "caption" });
    made.blank = el("p", { class: "note note-plain", role: "note", hidden: true },
      isRate ? t("No place has {n} inspections in this period, so there is no rate to show.", { n: number(kernel.minimum) }) : t("No violation was found in this period."));
    made.slider = el("input", { type: "range", min: "0", max: String(nDays - 1), step: "1", value: String(last),
      "aria-label": label });
    made.output = el("output", { class: "period" });
    made.slider.addEventListener("input", () => { stop(); show(made, Number(made.slider.value)); });
    return made;
  }

  /** Show the period that ends on a day. */
  function show(of, last) {
    of.last = last;
    refresh(of);
    tellFigures();
  }

  function refresh(of) {
    const period = periodOf(of.last);
    const words = periodText(period);
    fill(of.surface, period, filter);
    paintCells(of);
    if (of.layer) of.layer.draw();
    if (Number(of.slider.value) !== of.last) of.slider.value = String(of.last);
    of.slider.setAttribute("aria-valuetext", words);
    of.blank.hidden = !of.isBlank;
    // side by side, the letters tell which slider moves which map
    const letter = isSplit() ? of.letter + " · " : "";
    of.output.textContent = letter + words;
    of.caption.textContent = letter + words + " · n = " + of.surface.nViolations;
  }

  function attach(of) {
    of.layer = new SurfaceLayer(of).addTo(of.on);
    of.on.on("mousemove", (event) => tell(readout, event.latlng, of));
    of.on.on("click", (event) => {
      const content = el("p", { class: "reading" });
      tell(content, event.latlng, of);
      if (of.on === map) showCard(event.latlng.lat, event.latlng.lng, content);
      else L.popup({ className: "card", maxWidth: 250 }).setLatLng(event.latlng).setContent(content).openOn(of.on);
    });
  }

  /* ---- playing ---- */

  let playing = null;

  /** Say what a press of the button will do. */
  function offer(path, words) {
    playButton.textContent = "";
    playButton.append(icon(path));
    playButton.setAttribute("aria-label", words);
  }

  function stop() {
    playing = null;
    offer(PLAY, t("Play"));
  }

  function play() {
    const begin = shown.last >= nDays - 1 ? Math.min(windowDays, nDays) - 1 : shown.last;
    playing = { begin, since: null };
    offer(PAUSE, t("Pause"));
    requestAnimationFrame(step);
  }

  /** Go on to the day that the time since the start of playing asks for. */
  function step(now) {
    if (!playing) return;
    if (playing.since === null) playing.since = now;
    const day = Math.min(nDays - 1, playing.begin + Math.floor(((now - playing.since) / PLAY_MS) * nDays));
    if (day !== shown.last) show(shown, day);
    if (day === nDays - 1) stop();
    else requestAnimationFrame(step);
  }

  /* ---- words ---- */

  function cellAt(latlng, of) {
    const at = L.CRS.EPSG3857.project(latlng);
    const column = Math.floor((at.x - grid.west) / grid.cell);
    const row = Math.floor((grid.north - at.y) / grid.cell);
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
    const i = row * grid.columns + column;
    return { value: of.surface.values[i], exposure: of.surface.exposure[i] };
  }

  /** Write what the cell at a position says into `target`. */
  function tell(target, latlng, of) {
    const cell = cellAt(latlng, of);
    target.textContent = "";
    if (!cell || (isRate ? cell.exposure < LITTLE : cell.value < LEAST_PER_KM2)) {
      target.append(isRate ? t("Nobody inspected here") : t("No violation recorded here"));
    } else if (cell.value !== cell.value) {
      target.append(t("Too few inspections here for a rate: {n} of {minimum}", { n: number(cell.exposure), minimum: number(kernel.minimum) }));
    } else {
      target.append(el("strong", {}, number(cell.value)), " ",
        isRate ? t("violations per 100 inspections here") : t("violations per km² here"),
        isRate ? el("span", { class: "row-more" }, t("{n} inspections stand behind it (nearer ones count more)", { n: number(cell.exposure) })) : "");
    }
  }

  function per100(found, made) {
    return made ? number((100 * found) / made) : t("not inspected");
  }

  /** Figures of the period: for the whole city, and by district where the page knows them. */
  function tellFigures() {
    const { nViolations, nInspections } = shown.surface;
    summary.textContent = [t("{n} violations", { n: nViolations }), isRate ? t("{n} inspections", { n: nInspections }) : ""].filter(Boolean).join(" · ");
    if (!twin) return;
    const [found, made] = byCode(twinField, periodOf(shown.last), filter);
    twinCells.forEach(({ code, cells }) => {
      const texts = isRate ? [found[code], made[code], per100(found[code], made[code])] : [found[code]];
      texts.forEach((text, i) => { cells[i].textContent = String(text); });
    });
  }

  function legend() {
    return el("section", { class: "scale", "aria-label": t("Legend") },
      el("p", { class: "scale-title" }, isRate ? t("Violations per 100 inspections") : t("Violations per km²")),
      ramp(scale.ramp),
      isRate ? el("ul", { class: "keys" },
        key(scale.ramp[0], t("0: inspected, no violation")),
        key(hatch(1, true), t("Too few inspections (under {n})", { n: number(kernel.minimum) })),
        key(hatch(1, false), t("Not inspected"))) : null);
  }

  function choice(label, options, value, onChange) {
    const select = el("select", {}, options.map(([code, words]) => el("option", { value: code }, words)));
    select.value = String(value);
    select.addEventListener("change", () => {
      onChange(Number(select.value));
      views().forEach(refresh);
      tellFigures();
    });
    return el("label", { class: "field" }, el("span", { class: "field-label" }, label), select);
  }

  /** What the reader may narrow the events by. */
  function filters() {
    const codes = (names) => [[ANY, t("all")], ...names.map((words, code) => [code, words])];
    const severities = page.severities.map((least) => [least, least ? t("{n} and above", { n: least }) : t("all")]);
    const windows = [...page.windows.map((days) => [days, t("{n} days", { n: days })]), [nDays, t("all days")]];
    return el("div", { class: "fields" },
      choice(t("Length of the period"), windows, windowDays, (days) => { windowDays = days; }),
      page.categories.length > 1 ? choice(t("Category"), codes(page.categories), ANY, (code) => { filter.category = code; }) : null,
      !page.asCounts && page.districtNames.length ? choice(t("District"), codes(page.districtNames), ANY, (code) => { filter.district = code; }) : null,
      severities.length > 1 ? choice(t("Severity"), severities, 0, (least) => { filter.severity = least; }) : null);
  }

  /** The table tells the districts; the categories where the page knows no districts. */
  const twinField = page.asCounts || !page.districtNames.length ? "category" : "district";
  const twinNames = twinField === "district" ? page.districtNames : page.categories;
  const twinCells = [];
  function table() {
    if (!twinNames.length) return null;
    const heads = isRate ? [t("Violations"), t("Inspections"), t("Per 100")] : [t("Violations")];
    return el("table", { class: "data-table" },
      el("caption", {}, twinField === "district" ? t("By district, in the period shown") : t("By category, in the period shown")),
      el("thead", {}, el("tr", {}, [twinField === "district" ? t("District") : t("Category"), ...heads].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, twinNames.map((words, code) => {
        const cells = heads.map(() => el("td", {}));
        twinCells.push({ code, cells });
        return el("tr", {}, el("td", {}, words), cells);
      })));
  }

  function method() {
    return el("section", { "aria-label": t("How this was made") },
      facts([
        [t("All days"), periodText({ from: 0, to: nDays - 1 })],
        [t("Bandwidth"), t("{n} m", { n: number(kernel.bandwidth) })],
        [t("Cell"), t("{n} m", { n: number(kernel.cell) })],
      ]),
      page.asCounts ? el("p", { class: "method" }, t("This page holds counts by cell, day and category, not the place of each event.")) : null,
      page.remarks.map((remark) => el("p", { class: "method" }, remark)),
      el("p", { class: "method" }, isRate
        ? t("Violations and inspections of the period are smoothed with the same Gaussian kernel and divided. A colour means the same in every period and at every zoom.")
        : t("Violations of the period are smoothed with a Gaussian kernel. A colour means the same in every period and at every zoom.")));
  }

  /* ---- two periods side by side ---- */

  let other = null;

  /** The second map, made when it is first asked for. */
  function secondMap() {
    const holder = el("div", { class: "folium-map second-map", id: "second" });
    document.getElementById("stage").append(holder);
    const on = L.map(holder, { zoomControl: false, attributionControl: false, zoomSnap: 0.5, minZoom: 7, maxZoom: 18,
      preferCanvas: true, zoomAnimation: false, fadeAnimation: false }).setView(map.getCenter(), map.getZoom());
    name(on, t("Map of the other period"));
    dress(on);
    follow(map, on);
    follow(on, map);
    return on;
  }

  let isFollowing = false;
  function follow(leader, follower) {
    leader.on("move zoomend", () => {
      if (isFollowing || !isSplit()) return;
      isFollowing = true;
      follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
      isFollowing = false;
    });
  }

  function isSplit() {
    return document.body.classList.contains("is-split");
  }

  function compare(wanted) {
    document.body.classList.toggle("is-split", wanted);
    secondLine.hidden = !wanted;
    if (wanted && !other) other = secondView();
    // the panel measures itself anew, and the maps fill what it leaves
    window.dispatchEvent(new Event("resize"));
    views().forEach((each) => {
      each.on.invalidateSize({ pan: false });
      refresh(each);
    });
    fit();
  }

  function secondView() {
    const made = view(secondMap(), "B", t("Last day of the other period"), Math.max(0, shown.last - windowDays));
    secondLine.append(made.slider, made.output);
    attach(made);
    cornerOf(made);
    GeoInspectOverlays.showOn(made.on);
    return made;
  }

  function views() {
    return other && isSplit() ? [shown, other] : [shown];
  }

  function cornerOf(of, ...more) {
    const element = el("div", { class: "corner" }, more, of.blank, of.caption);
    L.DomEvent.disableClickPropagation(element);
    const Box = L.Control.extend({ onAdd: () => element });
    new Box({ position: "topleft" }).addTo(of.on);
  }

  /* ---- the page ---- */

  const PLAY = "M6 3.5 V16.5 L16.5 10 Z";
  const PAUSE = "M6.5 4 V16 M13.5 4 V16";
  const shown = view(map, "A", t("Last day of the period"), nDays - 1);
  const playButton = el("button", { class: "play", type: "button", "aria-label": t("Play"), on: { click: () => (playing ? stop() : play()) } }, icon(PLAY));
  const secondLine = el("div", { class: "time", hidden: true });
  const summary = el("p", { class: "summary" });
  const sheet = panel({
    peek: el("div", { class: "peek-legend" },
      el("div", { class: "time" }, playButton, shown.slider, shown.output), secondLine, legend()),
    summary,
  });
  const readout = el("p", { class: "readout", "aria-live": "off" }, t("Point at a place on the map to read its value."));
  const splitBox = el("input", { type: "checkbox" });
  splitBox.addEventListener("change", () => compare(splitBox.checked));
  const dotsBox = el("input", { type: "checkbox" });
  const twin = table();
  sheet.body.append(filters(), el("label", { class: "switch-all" }, splitBox, el("span", {}, t("Compare with another period"))));
  if (page.dots.length) sheet.body.append(el("label", { class: "switch-all" }, dotsBox, el("span", {}, t("Show the inspection points"))));
  sheet.body.append(readout, ...GeoInspectOverlays.parts(), method());
  if (twin) sheet.body.append(twin);

  start();
  cornerOf(shown,
    page.generated ? note("warn", t("Generated demonstration data: not real findings.")) : null,
    isRate ? null : note("warn", t("Counts, not rates: the number of inspections is unknown. High values can also mean that people looked more often there.")));
  refresh(shown);
  attach(shown);
  tellFigures();

  const renderer = L.canvas({ padding: 0.3, pane: pane("dots", 420) });
  const dots = L.layerGroup(page.dots.map((at) => L.circleMarker(at, { renderer, pane: "dots", interactive: false, radius: 2.6, weight: 1, color: "#ffffff", fillColor: "#22303f", fillOpacity: 0.9 })));
  dotsBox.addEventListener("change", () => (dotsBox.checked ? dots.addTo(map) : dots.remove()));
  document.body.classList.add("has-rates");

  /** For other scripts: show the period that ends on a day, and read the surface shown. */
  GeoInspect.timeline = { show: (last) => show(shown, last), shown, filter, refresh: () => refresh(shown) };
})();
