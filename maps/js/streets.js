"use strict";
/*
 * The base map of the city on a Leaflet map: how its vector tiles are drawn and named, for
 * pages that carry an archive and for pages that ask the service for tiles.
 * `style` is one of styles/basemap*.json. Syntax: Chrome 80.
 */
function CityStreets(map, style) {
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
      ...areaRules(),
      border((zoom) => (zoom < 11 ? 2.5 : 5), style.boundaryGlow),
      ...roadRules(),
      border((zoom) => (zoom < 11 ? 0.8 : 1.2), style.boundary, [5, 4]),
    ];
  }

  /** Parks under water under buildings; a layer that no tile has costs nothing. */
  function areaRules() {
    const fill = (dataLayer, minzoom, options) => ({ dataLayer, minzoom, symbolizer: new protomapsL.PolygonSymbolizer(options) });
    return [
      fill("green", 7, { fill: style.green }),
      fill("water", 7, { fill: style.water }),
      fill("buildings", style.buildingZoom, { fill: style.building, stroke: style.buildingEdge, width: 0.6, perFeature: true }),
    ];
  }

  /** Names of streets, the larger first, and then of water and parks. */
  function labelRules() {
    return streetNameRules().concat(["water", "green"].map((kind) => ({
      dataLayer: "area_label",
      minzoom: 10,
      filter: (zoom, feature) => feature.props.kind === kind,
      symbolizer: nameSymbol(style[kind + "Label"], "12px "),
    })));
  }

  function nameSymbol(fill, size) {
    return new protomapsL.CenteredTextSymbolizer({
      labelProps: ["name"], fill, stroke: style.halo, width: 2.5, lineHeight: 1.3, font: size + style.font,
    });
  }

  /** Names of districts, for pages that do not write them themselves; they come first. */
  function districtNameRules() {
    return [{ dataLayer: "district_labels", maxzoom: 14, symbolizer: nameSymbol(style.districtLabel, "bold 13px ") }];
  }

  function streetNameRules() {
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

  /** Draw tiles, from an archive or from an address with {z}, {x}, {y}; the layers can be removed. */
  function add(source, options) {
    const layer = (mark, more) => protomapsL.leafletLayer({
      url: source,
      maxDataZoom: options.maxZoom,
      attribution: "",
      lang: options.language,
      ...more,
    }).on("load", () => document.body.classList.add(mark)).addTo(map);
    const ground = layer("has-streets", { paintRules: paintRules(), labelRules: [], backgroundColor: options.hasDistricts ? style.outside : style.land });
    const names = layer("has-street-names", { paintRules: [], labelRules: (options.districtNames ? districtNameRules() : []).concat(labelRules()), pane: pane("street-names", 300) });
    let scale = tileScale();
    names.on("remove", () => map.off("zoomend", follow));
    map.on("zoomend", follow);
    function follow() {
      if (tileScale() === scale) return;
      scale = tileScale();
      names.clearLayout();
      names.rerenderTiles();
    }
    return [ground, names];
  }

  return { add, pane, valueAt };
}
