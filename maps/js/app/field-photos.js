"use strict";
/*
 * A photo as it is sent: small enough for a weak network, with the time and place of the
 * original beside it, named by the SHA-256 of what is sent.
 */
(function () {
  const LONGEST_PX = 1600;
  const QUALITY = 0.85;

  /** Decode a photo, turned as its camera was held; null if this browser cannot. */
  function decode(blob) {
    return new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => resolve(null);
      image.src = URL.createObjectURL(blob);
    });
  }

  /** Draw a photo smaller; a kind that this browser cannot show is sent as it is. */
  async function smaller(file) {
    const image = await decode(file);
    if (image === null) return file;
    const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    const drawn = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    return drawn || file;
  }

  async function digest(buffer) {
    // built in under HTTPS only
    if (!window.crypto.subtle) return window.GeoInspectSha256(new Uint8Array(buffer));
    const bytes = new Uint8Array(await window.crypto.subtle.digest("SHA-256", buffer));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Return what is kept and sent of a file: sha256, bytes, and what the original's EXIF tells. */
  async function prepare(file) {
    const told = window.GeoInspectExif(await file.arrayBuffer());
    const bytes = await (await smaller(file)).arrayBuffer();
    return { sha256: await digest(bytes), bytes, ...told };
  }

  window.GeoInspectPhotos = { prepare, digest };
})();
