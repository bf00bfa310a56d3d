"use strict";
/*
 * The map beside a list: streets from the service's own tiles (or pictures of a configured map
 * service), points as circles on a canvas. The list is the map's twin: each point has a button
 * in it that shows it on the map, so that nothing needs a pointer. No WebGL.
 * User text reaches the map as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const holder = document.getElementById("city-map");
  if (!holder) return;
  const facts = JSON.parse(holder.dataset.map);
  const words = facts.words;
  const isDark = window.matchMedia("(prefers-color-scheme: dark)");
  const map = L.map(holder, {
    zoomControl: false,
    attributionControl: false,
    preferCanvas: true,
    fadeAnimation: false, // a card that fades in cannot be read at first
    minZoom: 7,
    maxZoom: facts.online ? facts.online.maxZoom : 18,
  });
  const circles = L.featureGroup().addTo(map);
  let shown = new Map();
  let ground = [];

  /* ---- the base map -------------------------------------------------------------- */

  function drawGround() {
    ground.forEach((layer) => layer.remove());
    const look = isDark.matches ? "dark" : "light";
    const style = facts.styles[look];
    if (facts.online) {
      ground = facts.online.urls.map((url) => L.tileLayer(url, { maxZoom: facts.online.maxZoom }).addTo(map));
    } else if (facts.tiles) {
      ground = CityStreets(map, style).add(facts.tiles.url, {
        maxZoom: facts.tiles.maxZoom, hasDistricts: facts.hasDistricts, districtNames: true, language: facts.language,
      });
    }
    ground.slice(-1).forEach((layer) => layer.on("load", () => { holder.dataset.look = look; }));
    circles.eachLayer((circle) => circle.setStyle({ color: style.pointEdge, fillColor: style.point }));
  }

  /* ---- points -------------------------------------------------------------------- */

  function line(text, className) {
    const node = document.createElement("p");
    node.className = className;
    node.textContent = text;
    return node;
  }

  function card(point) {
    const node = document.createElement("div");
    node.append(line(point.name, "map-name"), line(point.category, "map-note"), line(point.unit || words.nobody, "map-note"));
    return node;
  }

  /** Draw the points of the list that is open; `fit` moves the map so that all are seen. */
  function drawPoints(fit) {
    const list = document.getElementById("map-points");
    const style = facts.styles[isDark.matches ? "dark" : "light"];
    circles.clearLayers();
    shown = new Map();
    JSON.parse(list ? list.dataset.points : "[]").forEach(([id, name, category, unit, lon, lat]) => {
      const circle = L.circleMarker([lat, lon], {
        radius: 6, weight: 1.5, color: style.pointEdge, fillColor: style.point, fillOpacity: 0.95,
      });
      circle.bindPopup(() => card({ name, category, unit }), { autoPanPadding: [24, 24] });
      // the point of the card that is open is the larger one
      circle.on("popupopen", () => circle.setRadius(9).bringToFront());
      circle.on("popupclose", () => circle.setRadius(6));
      shown.set(id, circle.addTo(circles));
    });
    if (fit && shown.size) map.fitBounds(circles.getBounds(), { padding: [24, 24], maxZoom: 16, animate: false });
    holder.dataset.n = shown.size;
  }

  /** Show one point: where it is, and what it is. */
  function show(id) {
    const circle = shown.get(id);
    if (!circle) return;
    map.setView(circle.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
    circle.openPopup();
    holder.scrollIntoView({ block: "nearest" });
  }

  /* ---- controls ------------------------------------------------------------------ */

  function wordPopup(event) {
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
    close.setAttribute("title", words.close);
  }

  function control(position, text, className) {
    const Box = L.Control.extend({ onAdd: () => line(text, className) });
    return new Box({ position }).addTo(map);
  }

  map.on("popupopen", wordPopup);
  L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  if (facts.attribution) control("bottomright", facts.attribution, "map-source");
  const [west, south, east, north] = facts.bounds;
  map.fitBounds([[south, west], [north, east]], { animate: false });
  drawPoints(true);
  drawGround();
  isDark.addEventListener("change", drawGround);
  document.body.addEventListener("htmx:afterSettle", () => drawPoints(true));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shows]");
    if (button) show(button.dataset.shows);
  });
})();
