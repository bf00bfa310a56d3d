"use strict";
/*
 * Time and place out of the EXIF block of a JPEG (CIPA DC-008): what a canvas loses when it
 * makes a photo smaller. A block that is missing or malformed says nothing.
 */
(function () {
  const APP1 = 0xffe1;
  const SCAN = 0xffda;
  const EXIF_IFD = 0x8769;
  const GPS_IFD = 0x8825;
  const TAKEN = 0x9003;
  const OFFSET = 0x9011;
  const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };

  /** Find the TIFF block of a JPEG; null if it has none. */
  function tiffOf(view) {
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 4 <= view.byteLength;) {
      const marker = view.getUint16(at);
      const length = view.getUint16(at + 2);
      if (marker === SCAN || marker < 0xff00) return null;
      if (marker === APP1 && view.getUint32(at + 4) === 0x45786966) {
        return new DataView(view.buffer, view.byteOffset + at + 10, length - 8);
      }
      at += 2 + length;
    }
    return null;
  }

  /** Read the values of one entry: text, or a list of numbers. */
  function valueOf(tiff, at, little) {
    const type = tiff.getUint16(at + 2, little);
    const count = tiff.getUint32(at + 4, little);
    const size = (SIZES[type] || 0) * count;
    if (size === 0 || size > 256) return null;
    const from = size <= 4 ? at + 8 : tiff.getUint32(at + 8, little);
    const each = (read) => Array.from({ length: count }, (_, i) => read(from + i * SIZES[type]));
    if (type === 2) return String.fromCharCode(...each((i) => tiff.getUint8(i))).replace(/\0.*$/s, "").trim();
    if (type === 3) return each((i) => tiff.getUint16(i, little));
    if (type === 4) return each((i) => tiff.getUint32(i, little));
    if (type === 5) return each((i) => tiff.getUint32(i, little) / tiff.getUint32(i + 4, little));
    return each((i) => tiff.getUint8(i));
  }

  function tagsAt(tiff, start, little) {
    const tags = {};
    for (let n = tiff.getUint16(start, little), i = 0; i < n; i += 1) {
      const at = start + 2 + 12 * i;
      tags[tiff.getUint16(at, little)] = valueOf(tiff, at, little);
    }
    return tags;
  }

  /** Degrees of an angle in degrees, minutes, seconds; NaN if it is none. */
  function degrees(parts, reference, negative) {
    if (!Array.isArray(parts) || parts.length !== 3) return NaN;
    return (parts[0] + parts[1] / 60 + parts[2] / 3600) * (reference === negative ? -1 : 1);
  }

  function placeOf(gps) {
    const lat = degrees(gps[2], gps[1], "S");
    const lon = degrees(gps[4], gps[3], "W");
    // 0, 0 is what receivers write that have no fix
    const isPlace = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
    return isPlace ? { lon, lat } : {};
  }

  function timeOf(exif) {
    const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(exif[TAKEN] || "");
    if (found === null || Number.isNaN(Date.parse(`${found[1]}-${found[2]}-${found[3]}`))) return {};
    const offset = /^[+-]\d\d:\d\d$/.test(exif[OFFSET] || "") ? exif[OFFSET] : "";
    return { taken_at: `${found[1]}-${found[2]}-${found[3]}T${found[4]}${offset}` };
  }

  /** Return taken_at (ISO 8601, with an offset if the camera wrote one), lon and lat, as far as known. */
  function read(buffer) {
    try {
      const tiff = tiffOf(new DataView(buffer));
      if (tiff === null) return {};
      const little = tiff.getUint16(0) === 0x4949;
      const main = tagsAt(tiff, tiff.getUint32(4, little), little);
      const inner = main[EXIF_IFD] ? tagsAt(tiff, main[EXIF_IFD][0], little) : {};
      const gps = main[GPS_IFD] ? tagsAt(tiff, main[GPS_IFD][0], little) : {};
      return { ...timeOf(inner), ...placeOf(gps) };
    } catch (error) {
      // an offset that leads out of the block
      if (error instanceof RangeError) return {};
      throw error;
    }
  }

  window.GeoInspectExif = read;
})();
