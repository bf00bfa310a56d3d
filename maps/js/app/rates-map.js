"use strict";
/*
 * The map of rates through time inside the application: asks the service for the events, then
 * starts the scripts that also draw the stand-alone page. They read all they need from the
 * element #page-data and from the map `map_city`. Syntax: Chrome 88.
 */
(function () {
  const holder = document.getElementById("city-rates");
  if (!holder) return;
  const facts = JSON.parse(holder.dataset.page);
  const scripts = JSON.parse(holder.dataset.scripts);
  const wait = document.getElementById("rates-wait");

  function makeMap([west, south, east, north]) {
    return L.map(holder, {
      zoomControl: false, attributionControl: false, preferCanvas: true, fadeAnimation: false,
      minZoom: 7, maxZoom: 18, zoomSnap: 0.5,
    }).fitBounds([[south, west], [north, east]], { animate: false });
  }

  /** Start a script, and go on when it has run. */
  function run(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(document.body.dataset.offline));
      document.head.append(script);
    });
  }

  async function read() {
    const answer = await fetch(facts.data, { headers: { Accept: "application/json" } });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.detail || content.title);
    return content;
  }

  async function start() {
    const events = await read();
    const page = { ...facts, ...events, basemapStyle: facts.style };
    document.getElementById("page-data").textContent = JSON.stringify(page);
    window.map_city = makeMap(events.bounds);
    for (const address of scripts) await run(address);
    wait.hidden = true;
  }

  function fail(error) {
    const text = error instanceof TypeError ? document.body.dataset.offline : error.message;
    wait.textContent = "";
    const line = document.createElement("p");
    line.textContent = text;
    wait.append(line);
    wait.setAttribute("role", "alert");
  }

  start().catch(fail);
})();
