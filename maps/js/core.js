"use strict";
/*
 * What all map pages share: data, words, elements, the base map, controls, the panel.
 * User text reaches the page as text nodes only; nothing here builds markup from text.
 * Syntax: Chrome 80.
 */
const GeoInspect = (function () {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  const map = map_city; // folium's name for the map
  const style = page.basemapStyle;
  const narrow = window.matchMedia("(max-width: 760px)");
  const touch = window.matchMedia("(pointer: coarse)").matches;

  /* ---- words and elements -------------------------------------------------------- */

  /** Return the words for an English sentence, with its {fields} filled in. */
  function t(sentence, fields) {
    const words = page.words[sentence] || sentence;
    return words.replace(/\{(\w+)\}/g, (whole, name) =>
      fields && name in fields ? String(fields[name]) : whole
    );
  }

  /** Make an element. `on` holds listeners; children are elements or text, and text stays text. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    const { on, ...plain } = attributes || {};
    Object.keys(on || {}).forEach((event) => node.addEventListener(event, on[event]));
    Object.keys(plain).forEach((name) => {
      const value = plain[name];
      if (typeof value === "boolean") node[name] = value;
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    });
    append(node, children);
    return node;
  }

  function append(node, children) {
    children.forEach((child) => {
      if (Array.isArray(child)) append(node, child);
      else if (child !== null && child !== undefined && child !== false) node.append(child);
    });
  }

  /** Make an SVG element from our own numbers and colours. */
  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes || {}).forEach((name) => node.setAttribute(name, attributes[name]));
    node.append(...children);
    return node;
  }

  /** A line drawing of 20 x 20 units. */
  function icon(path) {
    return svg("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
      svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.7,
        "stroke-linecap": "round", "stroke-linejoin": "round" }));
  }

  /** Terms and their values, leaving out those without a value. */
  function facts(rows) {
    return el("dl", { class: "facts" }, rows
      .filter(([, value]) => value !== "" && value !== null && value !== undefined)
      .map(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
  }

  /* ---- the base map -------------------------------------------------------------- */

  /** Decode the archive that lies in the page. */
  function archiveBytes(holder) {
    const text = atob(holder.textContent.trim());
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    return bytes.buffer;
  }

  /** Interpolate in a table [[zoom, value], ...]. */
  function valueAt(table, zoom) {
    if (zoom <= table[0][0]) return table[0][1];
    for (let i = 1; i < table.length; i += 1) {
      if (zoom <= table[i][0]) {
        const share = (zoom - table[i - 1][0]) / (table[i][0] - table[i - 1][0]);
        return table[i - 1][1] + share * (table[i][1] - table[i - 1][1]);
      }
    }
    return table[table.length - 1][1];
  }

  /** Roads as white ribbons with an edge; from afar as thin lines in the colour of the edge. */
  function roadRules() {
    const line = (road, minzoom, color, width) => ({
      dataLayer: "roads",
      minzoom,
      filter: (zoom, feature) => feature.props.rank === road.rank,
      symbolizer: new protomapsL.LineSymbolizer({ color, width, lineCap: "round", lineJoin: "round" }),
    });
    const edges = style.roads.map((road) =>
      line(road, Math.max(road.minZoom, style.ribbonZoom), road.casing,
        (zoom) => valueAt(road.widths, zoom) + (zoom < 14 ? 1 : 1.6)));
    const ribbons = style.roads.map((road) =>
      line(road, road.minZoom, (zoom) => (zoom < style.ribbonZoom ? road.far : road.color),
        (zoom) => valueAt(road.widths, zoom)));
    return edges.concat(ribbons);
  }

  function paintRules() {
    const land = new protomapsL.PolygonSymbolizer({ fill: style.land });
    const border = (width, color, dash) => ({
      dataLayer: "district_lines",
      symbolizer: new protomapsL.LineSymbolizer({ color, width, dash, lineJoin: "round" }),
    });
    return [
      { dataLayer: "districts", symbolizer: land },
      border((zoom) => (zoom < 11 ? 2.5 : 5), style.boundaryGlow),
      ...roadRules(),
      border((zoom) => (zoom < 11 ? 0.8 : 1.2), style.boundary, [5, 4]),
    ];
  }

  /** Names of streets, the larger first. */
  function labelRules() {
    return style.roads.slice().reverse().map((road) => ({
      dataLayer: "road_label",
      minzoom: road.labelMinZoom,
      filter: (zoom, feature) => feature.props.rank === road.rank,
      symbolizer: { place: placeStreetName },
    }));
  }

  /*
   * Chinese names run along the street with every character upright: from left to right,
   * or from top to bottom where the street is steep. Other names run along the street.
   */
  const NAME_REPEAT = 420;
  const NAME_BEND = Math.PI / 5;
  const CHINESE = /[\u2e80-\u9fff]/;

  function placeStreetName(layout, lines, feature) {
    const name = String(feature.props.name || "");
    const scale = tileScale();
    const repeat = NAME_REPEAT / scale;
    const size = (layout.zoom < 15 ? 11 : 12) / scale;
    const font = size + "px " + style.font;
    layout.scratch.font = font;
    const glyphs = CHINESE.test(name) ? Array.from(name) : [name];
    const widths = glyphs.map((glyph) => layout.scratch.measureText(glyph).width + (glyphs.length > 1 ? 1.5 : 0));
    const length = widths.reduce((sum, width) => sum + width, 0);
    const labels = [];
    lines.forEach((line) => {
      const total = lengthOf(line);
      if (total < length + 2 * size) return;
      const times = Math.max(1, Math.floor(total / repeat));
      for (let i = 0; i < times; i += 1) {
        const label = nameAlong(line, (total * (i + 0.5)) / times - length / 2, glyphs, widths, size, font);
        if (label) labels.push({ ...label, deduplicationKey: name, deduplicationDistance: repeat });
      }
    });
    return labels;
  }

  function lengthOf(line) {
    return line.reduce((sum, point, i) => (i ? sum + Math.hypot(point.x - line[i - 1].x, point.y - line[i - 1].y) : 0), 0);
  }

  /** Position and direction at some distances along a line; the distances ascend. */
  function walk(line, distances) {
    const found = [];
    let passed = 0;
    for (let i = 1; i < line.length && found.length < distances.length; i += 1) {
      const a = line[i - 1];
      const b = line[i];
      const length = Math.hypot(b.x - a.x, b.y - a.y);
      while (found.length < distances.length && distances[found.length] <= passed + length) {
        const share = length ? (distances[found.length] - passed) / length : 0;
        found.push({ x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y), angle: Math.atan2(b.y - a.y, b.x - a.x), anchor: a });
      }
      passed += length;
    }
    return found;
  }

  /** One name that begins `from` pixels along a line; nothing where the line bends too much. */
  function nameAlong(line, from, glyphs, widths, size, font) {
    let passed = from;
    const middles = widths.map((width) => (passed += width) - width / 2);
    const ends = walk(line, [from, from + passed - from]);
    let places = walk(line, middles);
    if (ends.length < 2 || places.length < glyphs.length) return null;
    const course = Math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x);
    const bend = (angle) => Math.abs(Math.atan2(Math.sin(angle - course), Math.cos(angle - course)));
    if (ends.concat(places).some((place) => bend(place.angle) > NAME_BEND)) return null;
    const upright = glyphs.length > 1 && Math.abs(Math.sin(course)) > 0.72;
    const backwards = upright ? Math.sin(course) < 0 : Math.cos(course) < 0;
    if (backwards) {
      // spacing follows the glyph, so a name of mixed widths is walked again from its other end
      let back = from + passed - from;
      places = walk(line, widths.map((width) => (back -= width) + width / 2).reverse()).reverse();
    }
    const turn = (backwards ? Math.PI : 0) - (upright ? Math.PI / 2 : 0);
    const reach = glyphs.length > 1 ? size * 0.75 : size * 0.6;
    const Anchor = line[0].constructor;
    const anchor = new Anchor(places[0].x, places[0].y);
    const boxes = glyphs.length > 1 ? places : walk(line, steps(from, passed, size));
    return {
      anchor,
      bboxes: boxes.map(({ x, y }) => ({ minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach })),
      draw(context) {
        context.font = font;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.lineJoin = "round";
        context.lineWidth = size / 4;
        context.globalAlpha = 1;
        context.strokeStyle = style.halo;
        context.fillStyle = style.roadLabel;
        ["strokeText", "fillText"].forEach((write) => places.forEach((place, i) => {
          context.save();
          context.translate(place.x - anchor.x, place.y - anchor.y);
          context.rotate(place.angle + turn);
          context[write](glyphs[i], 0, 0);
          context.restore();
        }));
      },
    };
  }

  function steps(from, to, size) {
    const distances = [];
    for (let at = from; at <= to; at += size) distances.push(at);
    return distances;
  }

  /** How large tiles are drawn: smaller than they are at half zooms. */
  function tileScale() {
    return Math.pow(2, map.getZoom() - Math.round(map.getZoom()));
  }

  function pane(name, zIndex) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = zIndex;
    made.style.pointerEvents = "none";
    return name;
  }

  /** Draw the streets that lie in the page as vector tiles; false if there are none. */
  function addStreets() {
    const holder = document.getElementById("basemap-archive");
    if (!holder) return false;
    const buffer = archiveBytes(holder);
    const archive = new pmtiles.PMTiles({
      getKey: () => "city",
      getBytes: (offset, length) => Promise.resolve({ data: buffer.slice(offset, offset + length) }),
    });
    const add = (mark, options) => protomapsL.leafletLayer({
      url: archive,
      maxDataZoom: page.basemap.maxZoom,
      attribution: "",
      lang: page.language,
      ...options,
    }).on("load", () => document.body.classList.add(mark)).addTo(map);
    add("has-streets", { paintRules: paintRules(), backgroundColor: page.basemap.hasDistricts ? style.outside : style.land });
    const names = add("has-street-names", { labelRules: labelRules(), pane: pane("street-names", 300) });
    let scale = tileScale();
    map.on("zoomend", () => {
      if (tileScale() === scale) return;
      scale = tileScale();
      names.clearLayout();
      names.rerenderTiles();
    });
    return true;
  }

  /** Draw the districts themselves, for a page without streets. */
  function addDistricts() {
    L.geoJSON(page.districts, {
      interactive: false,
      pane: pane("districts", 210),
      renderer: L.svg({ pane: "districts", padding: 0.5 }),
      style: { color: style.boundary, weight: 1.4, dashArray: "5 4", fillColor: style.land, fillOpacity: 1 },
    }).addTo(map);
  }

  /** Names of the districts, above what the page draws; the larger district keeps its name. */
  function addDistrictNames() {
    pane("district-names", 450);
    const names = page.districts.features
      .map((district) => ({ ...district.properties, box: L.geoJSON(district).getBounds() }))
      .sort((a, b) => spread(b.box) - spread(a.box));
    names.forEach((name) => {
      name.at = L.latLng(name.label[1], name.label[0]);
      name.node = el("span", {}, name.name);
      L.marker(name.at, {
        interactive: false,
        keyboard: false,
        pane: "district-names",
        icon: L.divIcon({ className: "district-name", iconSize: null, html: name.node }),
      }).addTo(map);
    });
    const arrange = () => {
      const taken = [];
      names.forEach((name) => {
        const at = map.latLngToLayerPoint(name.at);
        const reach = L.point(name.node.offsetWidth / 2 + 3, name.node.offsetHeight / 2);
        const box = L.bounds(at.subtract(reach), at.add(reach));
        const free = !isWiderThanView(name.box) && !taken.some((other) => other.intersects(box));
        name.node.style.visibility = free ? "visible" : "hidden";
        if (free) taken.push(box);
      });
    };
    map.on("zoomend", arrange);
    arrange();
  }

  /** Whether a district fills the view so much that its name says nothing. */
  function isWiderThanView(box) {
    const size = map.latLngToLayerPoint(box.getSouthEast()).subtract(map.latLngToLayerPoint(box.getNorthWest()));
    return Math.min(size.x / map.getSize().x, size.y / map.getSize().y) > 3;
  }

  function spread(box) {
    return (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
  }

  /* ---- controls ------------------------------------------------------------------ */

  /** A control whose content is an element. */
  function control(position, element) {
    const Box = L.Control.extend({
      onAdd() {
        L.DomEvent.disableClickPropagation(element);
        L.DomEvent.disableScrollPropagation(element);
        return element;
      },
    });
    return new Box({ position }).addTo(map);
  }

  function button(label, content, onClick, className) {
    return el("button", { class: className || "map-button", type: "button", title: label, "aria-label": label,
      on: { click: onClick } }, content);
  }

  function northArrow() {
    return el("div", { class: "north", role: "img", "aria-label": t("North is up"), title: t("North is up") },
      svg("svg", { viewBox: "0 0 16 20", width: 16, height: 20, "aria-hidden": "true" },
        svg("path", { d: "M8 1 L14 19 L8 15 Z", fill: "#22303f" }),
        svg("path", { d: "M8 1 L2 19 L8 15 Z", fill: "#ffffff", stroke: "#22303f", "stroke-width": 0.9 })),
      el("span", { "aria-hidden": "true" }, t("N")));
  }

  function addControls() {
    control("topright", el("div", { class: "map-buttons" },
      button(t("Zoom in"), icon("M10 4 V16 M4 10 H16"), () => map.zoomIn()),
      button(t("Zoom out"), icon("M4 10 H16"), () => map.zoomOut()),
      button(t("Show everything"), icon("M3.5 7.5 V3.5 H7.5 M12.5 3.5 H16.5 V7.5 M16.5 12.5 V16.5 H12.5 M7.5 16.5 H3.5 V12.5"), () => fit())));
    control("topright", northArrow());
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 120 }).addTo(map);
    if (page.attribution) {
      control("bottomright", el("div", { class: "attribution" }, page.attribution));
    }
  }

  /* ---- views --------------------------------------------------------------------- */

  function bounds() {
    const [west, south, east, north] = page.bounds;
    return L.latLngBounds([south, west], [north, east]);
  }

  /** Room around a fitted view: on a phone the closed sheet covers the lower edge. */
  function padding() {
    const low = narrow.matches ? document.getElementById("panel").dataset.peek : 0;
    return { paddingTopLeft: [16, 16], paddingBottomRight: [16, 16 + Number(low || 0)] };
  }

  /** Show `target` whole, or everything. */
  function fit(target) {
    map.fitBounds(target || bounds(), { ...padding(), maxZoom: 16, animate: false });
  }

  /** Move to a position and come at least as near as `zoom`. */
  function goTo(lat, lon, zoom) {
    map.setView([lat, lon], Math.max(map.getZoom(), zoom || 15), { animate: false });
    if (narrow.matches) map.panBy([0, map.getSize().y * 0.12], { animate: false });
  }

  /** Open a card at a position of the map. */
  function showCard(lat, lon, content, offset) {
    const low = narrow.matches ? Number(document.getElementById("panel").dataset.peek) : 0;
    return L.popup({ maxWidth: narrow.matches ? 250 : 300, minWidth: 200, className: "card", offset: [0, offset || 0],
      autoPanPaddingTopLeft: [20, 20], autoPanPaddingBottomRight: [66, 36 + low] })
      .setLatLng([lat, lon])
      .setContent(content)
      .openOn(map);
  }

  /* ---- the panel ----------------------------------------------------------------- */

  /** Fill the panel: a column at the side, on a phone a sheet that opens from below. */
  function panel(options) {
    const root = document.getElementById("panel");
    const body = el("div", { class: "panel-body", id: "panel-body" });
    const handle = el("button", { class: "panel-handle", type: "button", "aria-expanded": "false",
      "aria-controls": "panel-body", "aria-label": t("Show or hide the list"), on: { click: toggle } },
      el("span", { class: "grip", "aria-hidden": "true" }));
    const head = el("header", { class: "panel-head" },
      el("p", { class: "eyebrow" }, page.eyebrow),
      el("h1", {}, page.title),
      options.summary);
    function open(wanted) {
      root.classList.toggle("is-open", wanted);
      handle.setAttribute("aria-expanded", String(wanted));
    }
    function toggle() {
      open(!root.classList.contains("is-open"));
    }
    const peek = el("div", { class: "panel-peek" }, head, options.peek);
    root.append(handle, peek, body);
    head.addEventListener("click", () => narrow.matches && toggle());
    const measure = () => {
      const height = handle.offsetHeight + peek.offsetHeight;
      root.dataset.peek = height;
      document.documentElement.style.setProperty("--peek", height + "px");
    };
    window.addEventListener("resize", measure);
    measure();
    return { root, body, open: (wanted) => narrow.matches && open(wanted) };
  }

  /** Scroll a list until one of its entries can be seen; never the page itself. */
  function reveal(list, entry) {
    const inner = entry.getBoundingClientRect();
    const outer = list.getBoundingClientRect();
    if (inner.top < outer.top) list.scrollTop += inner.top - outer.top;
    else if (inner.bottom > outer.bottom) list.scrollTop += Math.min(inner.bottom - outer.bottom, inner.top - outer.top);
  }

  /** A note that must not be overlooked. */
  function note(kind, ...content) {
    return el("p", { class: "note note-" + kind, role: "note" }, content);
  }

  /** Set up what all pages have; call after the panel is filled. */
  function start() {
    const container = map.getContainer();
    container.setAttribute("aria-label", t("Map"));
    container.setAttribute("role", "region");
    container.style.background = page.districts.features.length ? style.outside : style.land;
    map.invalidateSize(false);
    fit();
    if (!addStreets()) addDistricts();
    addDistrictNames();
    addControls();
    window.addEventListener("beforeprint", () => map.invalidateSize(false));
  }

  return { page, map, style, narrow, touch, t, el, svg, icon, facts, control, button, panel, note, reveal,
    pane, fit, bounds, goTo, showCard, start, valueAt };
})();
