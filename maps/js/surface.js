"use strict";
/*
 * Events that travel in the page, and their surface: unpacked as geoinspect/maps/events.py
 * packs them, binned and smoothed as geoinspect/density does it. Numbers only, no drawing.
 */
const GeoInspectSurface = (function () {
  const { page } = GeoInspect;
  const { grid, kernel, isRate } = page;
  const STEPS_PER_CELL = 10;
  const N_CODES = 256;
  const N_CELLS = grid.rows * grid.columns;
  const ANY = -1;

  /* ---- unpacking ---- */

  function bytesOf(text) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
    return bytes;
  }

  /** Row counts and where each day begins; all columns are little-endian, as browsers are. */
  function headerOf(bytes) {
    const [n, nDays] = new Uint32Array(bytes.buffer, 0, 2);
    return { n, first: new Uint32Array(bytes.buffer, 8, nDays + 1), end: 8 + 4 * (nDays + 1) };
  }

  function unpackEvents(bytes) {
    const { n, first, end } = headerOf(bytes);
    const x = new Uint16Array(bytes.buffer, end, n);
    const y = new Uint16Array(bytes.buffer, end + 2 * n, n);
    const [category, district, severity] = [4, 5, 6].map((at) => bytes.subarray(end + at * n, end + (at + 1) * n));
    const cell = new Uint32Array(n);
    for (let i = 0; i < n; i += 1) {
      cell[i] = Math.floor(y[i] / STEPS_PER_CELL) * grid.columns + Math.floor(x[i] / STEPS_PER_CELL);
    }
    return { first, cell, category, district, severity, count: null };
  }

  function unpackCounts(bytes) {
    const { n, first, end } = headerOf(bytes);
    const cell = new Uint32Array(n);
    const category = new Uint8Array(n);
    const count = new Uint32Array(n);
    let at = end;
    function next() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at];
        at += 1;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    }
    for (let day = 0; day + 1 < first.length; day += 1) {
      let key = 0;
      for (let i = first[day]; i < first[day + 1]; i += 1) {
        key += next();
        cell[i] = Math.floor(key / N_CODES);
        category[i] = key % N_CODES;
        count[i] = next();
      }
    }
    return { first, cell, category, district: null, severity: null, count };
  }

  const unpack = page.asCounts ? unpackCounts : unpackEvents;
  const violations = unpack(bytesOf(page.violations));
  const inspections = unpack(bytesOf(page.inspections));

  /* ---- binning ---- */

  /** Call `use(row, number of events)` for the rows of a period that the filter lets pass. */
  function each(pack, period, filter, use) {
    const { category, district, severity, count } = pack;
    const end = pack.first[period.to + 1];
    for (let i = pack.first[period.from]; i < end; i += 1) {
      if (filter.category !== ANY && category[i] !== filter.category) continue;
      if (filter.district !== ANY && district[i] !== filter.district) continue;
      if (filter.severity > 0 && severity[i] < filter.severity) continue;
      use(i, count === null ? 1 : count[i]);
    }
  }

  /** Inspections have no severity. */
  function filterOf(pack, filter) {
    return pack === inspections ? { ...filter, severity: 0 } : filter;
  }

  /** Count events by cell. */
  function bin(pack, period, filter, counts) {
    let total = 0;
    counts.fill(0);
    each(pack, period, filterOf(pack, filter), (i, n) => {
      counts[pack.cell[i]] += n;
      total += n;
    });
    return total;
  }

  /** Violations and inspections by the code of a field: two arrays by code. */
  function byCode(field, period, filter) {
    return [violations, inspections].map((pack) => {
      const counts = new Uint32Array(N_CODES);
      each(pack, period, filterOf(pack, filter), (i, n) => { counts[pack[field][i]] += n; });
      return counts;
    });
  }

  /* ---- smoothing ---- */

  const sigma = kernel.bandwidth / kernel.cell; // cells
  const radius = Math.floor(kernel.reach * sigma + 0.5);
  /** Weights of a Gaussian at whole cells, 0 to the radius; their sum over both sides is 1. */
  const weights = (function () {
    const raw = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp((-0.5 * k * k) / (sigma * sigma)));
    const sum = 2 * raw.reduce((a, b) => a + b, 0) - 1;
    return raw.map((weight) => weight / sum);
  })();
  const { rows, columns } = grid;
  const MARGIN = radius * columns; // empty rows above and below, so that no row is a border
  const across = new Float32Array(N_CELLS + 2 * MARGIN); // scratch: smoothed along rows
  const occupied = new Uint8Array(rows + 2 * radius);

  /** Smooth along rows: only occupied cells spread. Returns the first and last column reached. */
  function smoothRows(counts, scale) {
    let low = columns;
    let high = -1;
    across.fill(0);
    occupied.fill(0);
    for (let row = 0, i = 0; row < rows; row += 1) {
      const start = MARGIN + row * columns;
      for (let column = 0; column < columns; column += 1, i += 1) {
        const n = counts[i];
        if (n === 0) continue;
        const from = Math.max(0, column - radius);
        const to = Math.min(columns - 1, column + radius);
        for (let at = from; at <= to; at += 1) across[start + at] += n * scale * weights[Math.abs(at - column)];
        occupied[radius + row] = 1;
        if (from < low) low = from;
        if (to > high) high = to;
      }
    }
    return [low, high];
  }

  /** Smooth along columns; rows that are equally far above and below share a weight. */
  function smoothColumns(out, low, high, exposure) {
    out.fill(0);
    for (let row = 0; row < rows; row += 1) {
      if (!occupied.subarray(row, row + 2 * radius + 1).includes(1)) continue;
      const start = row * columns;
      for (let at = start + low; at <= start + high; at += 1) {
        if (exposure !== null && exposure[at] < kernel.minimum) continue;
        let sum = weights[0] * across[MARGIN + at];
        let above = MARGIN + at - columns;
        let below = MARGIN + at + columns;
        for (let k = 1; k <= radius; k += 1, above -= columns, below += columns) sum += weights[k] * (across[above] + across[below]);
        out[at] = sum;
      }
    }
  }

  /** Smooth counts into `out`, times `scale`; with `exposure` only where it suffices for a rate. */
  function smooth(counts, scale, out, exposure = null) {
    const [low, high] = smoothRows(counts, scale);
    smoothColumns(out, low, high, exposure);
  }

  /* ---- a surface ---- */

  /** Buffers of one surface, to be filled again and again. */
  function surface() {
    return {
      counts: new Uint32Array(N_CELLS),
      found: new Float32Array(N_CELLS),
      exposure: new Float32Array(N_CELLS),
      values: new Float32Array(N_CELLS),
      nViolations: 0,
      nInspections: 0,
    };
  }

  /** Fill a surface for a period: violations per 100 inspections, or per square kilometre. */
  function fill(into, period, filter) {
    if (isRate) {
      // a kernel that is 1 in its middle: the surfaces of a rate then count events
      const peak = 2 * Math.PI * sigma * sigma;
      into.nInspections = bin(inspections, period, filter, into.counts);
      smooth(into.counts, peak, into.exposure);
      into.nViolations = bin(violations, period, filter, into.counts);
      smooth(into.counts, peak, into.found, into.exposure);
      divide(into);
    } else {
      into.nViolations = bin(violations, period, filter, into.counts);
      smooth(into.counts, 1, into.found);
      spread(into);
    }
    return into;
  }

  function divide({ found, exposure, values }) {
    for (let i = 0; i < N_CELLS; i += 1) {
      values[i] = exposure[i] >= kernel.minimum ? (100 * found[i]) / exposure[i] : NaN;
    }
  }

  function spread(into) {
    for (let row = 0, i = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1, i += 1) into.values[i] = into.found[i] / grid.areas[row];
    }
  }

  return { ANY, violations, inspections, surface, fill, byCode };
})();
