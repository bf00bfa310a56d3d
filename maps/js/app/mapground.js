"use strict";
/*
 * The ground of a map of the application: streets from the service's own tiles (or pictures of
 * a configured map service), light or dark, controls in the reader's language. No WebGL.
 * User text reaches the map as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const isDark = window.matchMedia("(prefers-color-scheme: dark)");

  function line(text, className) {
    const node = document.createElement("p");
    node.className = className;
    node.textContent = text;
    return node;
  }

  /** Return a map in `holder`; `onStyle` is called whenever it becomes light or dark. */
  function open(holder, facts, onStyle) {
    const words = facts.words;
    const map = L.map(holder, {
      zoomControl: false,
      attributionControl: false,
      preferCanvas: true,
      fadeAnimation: false, // a card that fades in cannot be read at first
      minZoom: 7,
      maxZoom: facts.online ? facts.online.maxZoom : 18,
    });
    let ground = [];
    const style = () => facts.styles[isDark.matches ? "dark" : "light"];

    function draw() {
      ground.forEach((layer) => layer.remove());
      const look = isDark.matches ? "dark" : "light";
      if (facts.online) {
        ground = facts.online.urls.map((url) => L.tileLayer(url, { maxZoom: facts.online.maxZoom }).addTo(map));
      } else if (facts.tiles) {
        ground = CityStreets(map, style()).add(facts.tiles.url, {
          maxZoom: facts.tiles.maxZoom, hasDistricts: facts.hasDistricts, districtNames: true, language: facts.language,
        });
      }
      ground.slice(-1).forEach((layer) => layer.on("load", () => { holder.dataset.look = look; }));
      onStyle(style());
    }

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
    isDark.addEventListener("change", draw);
    return { map, style, draw };
  }

  window.GeoInspectGround = { open, line };
})();
