"use strict";
/*
 * SHA-256 (FIPS 180-4) of ASCII text or of bytes. Browsers have it built in for pages under HTTPS only,
 * and an intranet may have none.
 */
(function () {
  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n += 1) {
    if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);
  }
  /** First 32 bits of the fraction of a root. */
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
  const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const ROUND = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

  const rotate = (word, n) => (word >>> n) | (word << (32 - n));

  /** The message with its mark and its length, as words. */
  function padded(bytes) {
    const words = new Int32Array((((bytes.length + 8) >> 6) + 1) * 16);
    for (let i = 0; i < bytes.length; i += 1) words[i >> 2] |= bytes[i] << (24 - 8 * (i % 4));
    words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length % 4));
    words[words.length - 1] = bytes.length * 8;
    return words;
  }

  const bytesOf = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

  function schedule(block) {
    const w = new Int32Array(64);
    w.set(block);
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15];
      const b = w[i - 2];
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
      const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    return w;
  }

  function compress(state, block) {
    const w = schedule(block);
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    return [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]) | 0);
  }

  window.GeoInspectSha256 = function (message) {
    const words = padded(typeof message === "string" ? bytesOf(message) : message);
    let state = START;
    for (let i = 0; i < words.length; i += 16) state = compress(state, words.subarray(i, i + 16));
    return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };
})();
