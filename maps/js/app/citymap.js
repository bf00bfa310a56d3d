"use strict";
/*
 * The map beside a list: points as circles on a canvas. The list is the map's twin: each point
 * has a button in it that shows it on the map, so that nothing needs a pointer.
 * User text reaches the map as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const holder = document.getElementById("city-map");
  if (!holder) return;
  const facts = JSON.parse(holder.dataset.map);
  const { line } = GeoInspectGround;
  const circles = L.featureGroup();
  const ground = GeoInspectGround.open(holder, facts, (style) => {
    circles.eachLayer((circle) => circle.setStyle({ color: style.pointEdge, fillColor: fillOf(circle.status, style) }));
  });
  const map = ground.map;
  circles.addTo(map);
  let shown = new Map();

  function card(point) {
    const node = document.createElement("div");
    node.append(line(point.name, "map-name"), line(point.category, "map-note"));
    // on a page of one unit's points the unit goes without saying
    if (!point.status) node.append(line(point.unit || facts.words.nobody, "map-note"));
    return node;
  }

  /** Colours of how a point stands; the list says the same in words. */
  const STATUS_FILLS = { late: "#c8442f", near: "#d98a00", open: "#2b6cb0", fine: "#2f8f5b" };
  const fillOf = (status, style) => STATUS_FILLS[status] || style.point;

  /** Draw the points of the list that is open; `fit` moves the map so that all are seen. */
  function drawPoints(fit) {
    const list = document.getElementById("map-points");
    const style = ground.style();
    circles.clearLayers();
    shown = new Map();
    JSON.parse(list ? list.dataset.points : "[]").forEach(([id, name, category, unit, lon, lat, status]) => {
      const circle = L.circleMarker([lat, lon], {
        radius: 6, weight: 1.5, color: style.pointEdge, fillColor: fillOf(status, style), fillOpacity: 0.95,
      });
      circle.status = status;
      circle.bindPopup(() => card({ name, category, unit, status }), { autoPanPadding: [24, 24] });
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

  drawPoints(true);
  ground.draw();
  document.body.addEventListener("htmx:afterSettle", () => drawPoints(true));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shows]");
    if (button) show(button.dataset.shows);
  });
})();
