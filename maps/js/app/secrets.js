"use strict";
/*
 * Secrets for a draw, made in the browser: nobody but the person at it knows them.
 * `GeoInspectSha256` hashes them as the ledger does, the hexadecimal text in small letters.
 */
(function () {
  const N_BYTES = 32;

  function newSecret() {
    const bytes = new Uint8Array(N_BYTES);
    window.crypto.getRandomValues(bytes);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  document.querySelectorAll("[data-new-secret]").forEach((holder) => {
    holder.textContent = newSecret();
  });
  document.querySelectorAll("[data-hash-of]").forEach((holder) => {
    const secret = document.getElementById(holder.dataset.hashOf).textContent;
    holder.textContent = window.GeoInspectSha256(secret);
  });
  document.querySelectorAll("[data-save]").forEach((link) => {
    const text = document.getElementById(link.dataset.save).textContent;
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  });
})();
