"use strict";
/* What maps of rates share: numbers, hatching, the legend, the shape of the city. */
const GeoInspectRates = (function () {
  const { page, style, el } = GeoInspect;
  const { scale } = page;
  const HATCH = 8; // pixels; divides the side of a tile, so that the lines go on

  /** Write a number with three digits at most, and no zeros behind the point. */
  function number(value) {
    const digits = value >= 100 ? 0 : value >= 10 || value === 0 ? 1 : 2;
    return value.toFixed(digits).replace(/\.?0+$/, (zeros) => (digits ? "" : zeros));
  }

  /** Diagonal lines, wide apart; or close together and crossing. */
  function hatch(ratio, dense) {
    const size = (dense ? HATCH / 2 : HATCH) * ratio;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    context.strokeStyle = style.hatch[dense ? "few" : "none"];
    context.lineWidth = ratio * (dense ? 0.7 : 1);
    context.beginPath();
    for (let i = -1; i <= 1; i += 1) {
      context.moveTo(i * size - size, size * 2);
      context.lineTo(i * size + size * 2, -size);
      if (dense) {
        context.moveTo(i * size - size, -size);
        context.lineTo(i * size + size * 2, size * 2);
      }
    }
    context.stroke();
    return canvas;
  }

  /** The districts as a path, by a function from latlng to pixels; null where there are none. */
  function districtPath(place) {
    if (!page.districts.features.length) return null;
    const path = new Path2D();
    page.districts.features.forEach((district) => district.geometry.coordinates.forEach((polygon) =>
      polygon.forEach((ring) => ring.forEach(([lon, lat], i) => {
        const at = place([lat, lon]);
        if (i === 0) path.moveTo(at.x, at.y);
        else path.lineTo(at.x, at.y);
      }))));
    return path;
  }

  /** The colours of a scale with its ticks. */
  function ramp(colors) {
    const bar = el("span", { class: "ramp", "aria-hidden": "true" });
    bar.style.background = "linear-gradient(90deg, " + colors.join(",") + ")";
    const last = scale.ticks.length - 1;
    const ticks = el("div", { class: "ticks" }, scale.ticks.map((value, i) => {
      const tick = el("span", { class: "tick" }, i === last && scale.isOpen ? "≥ " + number(value) : number(value));
      tick.style.left = (100 * i) / last + "%";
      return tick;
    }));
    return [bar, ticks];
  }

  /** A sample of a colour or a pattern, drawn like the map draws it. */
  function key(look, label) {
    const swatch = el("canvas", { class: "key", width: 30, height: 18, "aria-hidden": "true" });
    const context = swatch.getContext("2d");
    context.fillStyle = style.land;
    context.fillRect(0, 0, 30, 18);
    context.fillStyle = typeof look === "string" ? look : context.createPattern(look, "repeat");
    context.fillRect(0, 0, 30, 18);
    return el("li", {}, swatch, el("span", {}, label));
  }

  return { HATCH, number, hatch, districtPath, ramp, key };
})();
