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

  const streets = CityStreets(map, style);
  const { valueAt } = streets;

  /** A pane of this page's own map, or of another one on the page. */
  function pane(name, zIndex, on = map) {
    return (on === map ? streets : CityStreets(on, style)).pane(name, zIndex);
  }

  /** Where the streets come from: the service's tiles, or the archive in the page; null if there are none. */
  function streetsSource() {
    if (page.basemap.url) return page.basemap.url;
    const holder = document.getElementById("basemap-archive");
    if (!holder) return null;
    const buffer = archiveBytes(holder);
    return new pmtiles.PMTiles({
      getKey: () => "city",
      getBytes: (offset, length) => Promise.resolve({ data: buffer.slice(offset, offset + length) }),
    });
  }

  /** Draw the streets as vector tiles; false if there are none. */
  function addStreets(on) {
    const source = streetsSource();
    if (source === null) return false;
    (on === map ? streets : CityStreets(on, style)).add(source, { maxZoom: page.basemap.maxZoom, hasDistricts: page.basemap.hasDistricts, language: page.language });
    return true;
  }

  /** Draw the districts themselves, for a page without streets. */
  function addDistricts(on) {
    L.geoJSON(page.districts, {
      interactive: false,
      pane: pane("districts", 210, on),
      renderer: L.svg({ pane: "districts", padding: 0.5 }),
      style: { color: style.boundary, weight: 1.4, dashArray: "5 4", fillColor: style.land, fillOpacity: 1 },
    }).addTo(on);
  }

  /** Names of the districts, above what the page draws; the larger district keeps its name. */
  function addDistrictNames(on) {
    pane("district-names", 450, on);
    const names = page.districts.features
      .map((district) => ({ ...district.properties, box: L.geoJSON(district).getBounds() }))
      .sort((a, b) => spread(b.box) - spread(a.box));
    names.forEach((name) => {
      name.at = L.latLng(name.label[1], name.label[0]);
      name.node = el("span", {}, name.name);
      name.node.style.color = style.districtLabel;
      name.node.style.textShadow = [3, 3, 5, 6].map((px) => `0 0 ${px}px ${style.halo}`).join(", ");
      L.marker(name.at, {
        interactive: false,
        keyboard: false,
        pane: "district-names",
        icon: L.divIcon({ className: "district-name", iconSize: null, html: name.node }),
      }).addTo(on);
    });
    const arrange = () => {
      const taken = [];
      names.forEach((name) => {
        const at = on.latLngToLayerPoint(name.at);
        const reach = L.point(name.node.offsetWidth / 2 + 3, name.node.offsetHeight / 2);
        const box = L.bounds(at.subtract(reach), at.add(reach));
        const free = !isWiderThanView(name.box) && !taken.some((other) => other.intersects(box));
        name.node.style.visibility = free ? "visible" : "hidden";
        if (free) taken.push(box);
      });
    };
    on.on("zoomend", arrange);
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
        svg("path", { d: "M8 1 L14 19 L8 15 Z", fill: "currentColor" }),
        svg("path", { d: "M8 1 L2 19 L8 15 Z", fill: "none", stroke: "currentColor", "stroke-width": 0.9 })),
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

  /** Pixels at the lower edge of the map that the closed sheet of a phone covers. */
  function covered() {
    if (!narrow.matches) return 0;
    const below = window.innerHeight - map.getContainer().getBoundingClientRect().bottom;
    return Math.max(0, Number(document.getElementById("panel").dataset.peek || 0) - below);
  }

  function padding() {
    return { paddingTopLeft: [16, 16], paddingBottomRight: [16, 16 + covered()] };
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
    return L.popup({ maxWidth: narrow.matches ? 250 : 300, minWidth: 200, className: "card", offset: [0, offset || 0],
      autoPanPaddingTopLeft: [20, 20], autoPanPaddingBottomRight: [66, 36 + covered()] })
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
      // a part of another page has its heading below that of the page
      el(page.isPart ? "h2" : "h1", {}, page.title),
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
      const isSheet = window.getComputedStyle(root).position === "absolute";
      const height = handle.offsetHeight + peek.offsetHeight;
      root.dataset.peek = isSheet ? height : 0;
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

  function name(on, label) {
    on.getContainer().setAttribute("aria-label", label);
    on.getContainer().setAttribute("role", "region");
  }

  /** Put streets, districts and their names on a map, this page's own or another. */
  function dress(on) {
    on.getContainer().style.background = page.districts.features.length ? style.outside : style.land;
    if (!addStreets(on)) addDistricts(on);
    addDistrictNames(on);
  }

  /** Set up what all pages have; call after the panel is filled. */
  function start() {
    name(map, t("Map"));
    map.invalidateSize(false);
    fit();
    dress(map);
    addControls();
    window.addEventListener("beforeprint", () => map.invalidateSize(false));
  }

  return { page, map, style, narrow, touch, t, el, svg, icon, facts, control, button, panel, note, reveal,
    pane, fit, bounds, goTo, showCard, start, dress, name, valueAt };
})();
