"use strict";
/*
 * A small map of one's own stops, on which a tap says where a problem lies. Its streets come
 * from the service's tiles; in a dead spot the worker has those that were seen before, and
 * without any the map still says where the stops are. Syntax: Chrome 88.
 */
(function () {
  const L = window.L;
  const holder = document.getElementById("problem-map");
  const CLOSEST_ZOOM = 17;
  const ground = JSON.parse(holder.dataset.ground);
  const isDark = window.matchMedia("(prefers-color-scheme: dark)");
  let map = null;
  let layer = null;
  let mark = null;
  let pick = () => {};

  function open() {
    map = L.map(holder, { attributionControl: false, maxZoom: 20 });
    layer = L.layerGroup().addTo(map);
    if (ground.tiles) {
      const style = ground.styles[isDark.matches ? "dark" : "light"];
      const streets = window.CityStreets(map, style).add(ground.tiles.url, {
        maxZoom: ground.tiles.maxZoom, hasDistricts: ground.hasDistricts, language: ground.language,
      });
      streets.slice(-1).forEach((drawn) => drawn.on("load", () => { holder.dataset.streets = "drawn"; }));
    }
    map.on("click", ({ latlng }) => {
      const { lng, lat } = latlng.wrap();
      setMark({ lon: lng, lat });
      pick({ lon: lng, lat });
    });
  }

  /** Show the stops; a map of none is hidden. */
  function show(stops) {
    holder.hidden = stops.length === 0;
    if (holder.hidden) return;
    const isNew = map === null;
    if (isNew) open();
    layer.clearLayers();
    stops.forEach((stop) => {
      const label = document.createElement("span");
      label.textContent = `${stop.sequence}. ${stop.name}`;
      L.circleMarker([stop.lat, stop.lon], { radius: 7, interactive: false })
        .bindTooltip(label, { permanent: true, direction: "top", offset: [0, -6] })
        .addTo(layer);
    });
    // afterwards the map stays where somebody moved it
    if (isNew) {
      const bounds = L.latLngBounds(stops.map((stop) => [stop.lat, stop.lon]));
      map.fitBounds(bounds, { maxZoom: CLOSEST_ZOOM, padding: [30, 30] });
    }
  }

  /** Mark a place; null takes the mark away. */
  function setMark(place) {
    if (mark !== null) mark.remove();
    mark = null;
    if (place === null || map === null) return;
    mark = L.circleMarker([place.lat, place.lon], { radius: 10, color: "#a1281d", interactive: false }).addTo(map);
  }

  window.GeoInspectMap = { show, setMark, onPick: (listener) => { pick = listener; } };
})();
