"use strict";
/*
 * What every page of the application shares: where an act leads, and how a failure is told.
 * Text of the service reaches the page as text nodes only. Syntax: Chrome 88.
 */
(function () {
  const toast = () => document.getElementById("toast");
  const LONGEST_S = 8;
  let fading = 0;

  /** Tell something at the foot of the page, for some seconds. */
  function tell(text, seconds = LONGEST_S) {
    toast().textContent = text;
    window.clearTimeout(fading);
    fading = window.setTimeout(() => { toast().textContent = ""; }, seconds * 1000);
  }

  /* ---- taking back what can be taken back ------------------------------------------ */

  // an act that leads to another page leaves a word there, with a way back for a while
  const LEFT = "geoinspect-left-word";
  const UNDO_S = 20;

  /** Keep for the next page what was done, and how it is undone: data-undo of its form. */
  function leaveWord(form) {
    if (form.dataset.undo) window.sessionStorage.setItem(LEFT, form.dataset.undo);
  }

  async function undo({ url, method, body, undone }) {
    toast().textContent = "";
    const headers = { "X-CSRF-Token": csrf(), Accept: "application/json", "Content-Type": "application/json" };
    try {
      const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) {
        tell(problemOf({ responseText: await answer.text(), statusText: answer.statusText }));
        return;
      }
      window.sessionStorage.setItem(LEFT, JSON.stringify({ done: undone }));
      window.location.reload();
    } catch (_unreachable) {
      tell(document.body.dataset.offline);
    }
  }

  function tellWhatWasDone() {
    const left = window.sessionStorage.getItem(LEFT);
    if (left === null) return;
    window.sessionStorage.removeItem(LEFT);
    const word = JSON.parse(left);
    tell(word.done, word.url ? UNDO_S : LONGEST_S);
    if (!word.url) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = word.undo;
    button.addEventListener("click", () => undo(word));
    toast().append(button);
  }

  /** Return the sentence of a problem document, or its title. */
  function problemOf(request) {
    try {
      const problem = JSON.parse(request.responseText);
      return problem.detail || problem.title;
    } catch (_notJson) {
      return request.statusText || document.body.dataset.offline;
    }
  }

  document.addEventListener("htmx:responseError", (event) => tell(problemOf(event.detail.xhr)));
  document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline));

  // an act that leads to another page says so: data-then
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    const then = elt.closest("[data-then]");
    if (successful && then !== null) window.location.assign(then.dataset.then);
  });

  // a click that cannot be taken back is asked about in our own words
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy === null) return;
    const text = document.getElementById(copy.dataset.copy).textContent.trim();
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    // the clipboard of browsers without HTTPS
    document.execCommand("copy");
    area.remove();
    tell(copy.dataset.copied);
  });

  /* ---- forms that send JSON to the service ---------------------------------------- */

  const READERS = {
    integer: (field) => (field.value === "" ? null : Number.parseInt(field.value, 10)),
    number: (field) => Number.parseFloat(field.value),
    minutes: (field) => Number.parseInt(field.value, 10) * 60,
    boolean: (field) => field.value === "true",
    optional: (field) => field.value.trim() || null,
    // each line: longitude and latitude of a place, and as the map has it
    places: (field) => field.value.split("\n").filter((line) => line.trim()).map((line) => {
      const numbers = (line.match(/-?\d+(\.\d+)?/g) || []).map(Number);
      return { known: numbers.slice(0, 2), seen: numbers.slice(2) };
    }),
    list: (field) => field.value.split(/[,，、;；\s]+/).filter(Boolean),
    // an hour of a day in the city, with its offset
    clock: (field) => {
      const offset = field.dataset.offset.replace(/(\d\d)(\d\d)$/, "$1:$2");
      // the colon of a Chinese keyboard is one, too
      const [hour, minute] = field.value.split(/[:：]/);
      return `${field.dataset.day}T${hour.padStart(2, "0")}:${minute}:00${offset}`;
    },
  };

  /** Gather the fields of a form that are not disabled; "a.b" lies in the member b of a, and what is empty is left out there. */
  function bodyOf(form) {
    const body = {};
    form.querySelectorAll("[name]:not(:disabled)").forEach((field) => {
      const read = READERS[field.dataset.type] || ((plain) => plain.value);
      const value = read(field);
      const [owner, member] = field.name.split(".");
      if (member === undefined) body[owner] = value;
      else if (value !== null) body[owner] = { ...body[owner], [member]: value };
    });
    if (form.dataset.secret) body.secret = document.getElementById(form.dataset.secret).textContent;
    return body;
  }

  function csrf() {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  }

  /** Show where a job stands until it ends. */
  function follow(holder, location) {
    const id = location.split("/").pop();
    window.htmx.ajax("GET", `/app/jobs/${id}`, { target: holder, swap: "innerHTML" });
    holder.scrollIntoView({ block: "nearest" });
  }

  // a page shows another state once its job is done
  document.addEventListener("htmx:afterSettle", () => {
    const finished = document.querySelector("#job [data-finished]");
    if (finished !== null && finished.dataset.finished !== "stay") window.location.reload();
  });

  async function send(form) {
    const headers = { "X-CSRF-Token": csrf(), Accept: "application/json" };
    // a form that is sent again after a failed answer is done once
    headers["Idempotency-Key"] = form.dataset.key || (form.dataset.key = String(Math.random()) + Date.now());
    if (form.dataset.ifMatch) {
      headers["If-Match"] = (await fetch(form.dataset.ifMatch)).headers.get("ETag");
    }
    // the version that the page shows, not the one that is there by now
    if (form.dataset.match) headers["If-Match"] = form.dataset.match;
    const files = form.querySelector("input[type=file]") !== null;
    if (!files) headers["Content-Type"] = "application/json";
    return fetch(form.getAttribute("data-api"), {
      method: form.dataset.method || "POST",
      headers,
      body: files ? new FormData(form) : JSON.stringify(bodyOf(form)),
    });
  }

  async function submit(form) {
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    try {
      const answer = await send(form);
      const text = await answer.text();
      if (!answer.ok) {
        delete form.dataset.key;
        tell(problemOf({ responseText: text, statusText: answer.statusText }));
      } else if (form.dataset.job) {
        follow(document.getElementById(form.dataset.job), answer.headers.get("Location"));
      } else if (form.dataset.told) {
        delete form.dataset.key;
        tell(form.dataset.told);
      } else {
        leaveWord(form);
        window.location.assign(form.dataset.then || window.location.pathname);
      }
    } catch (_unreachable) {
      tell(document.body.dataset.offline);
    } finally {
      button.disabled = false;
    }
  }

  // a choice that decides where a form goes
  document.addEventListener("change", (event) => {
    if (event.target.dataset.path !== undefined) {
      event.target.form.dataset.api = event.target.dataset.path + event.target.value;
    }
  });

  // what is typed twice is the same twice
  document.addEventListener("input", () => {
    document.querySelectorAll("[data-same-as]").forEach((again) => {
      const first = document.getElementById(again.dataset.sameAs);
      again.setCustomValidity(again.value === first.value ? "" : again.dataset.differs);
    });
  });

  /* ---- files: their names in words of the page ------------------------------------- */

  /** Tell beside the button which files are chosen. */
  function nameFiles(input) {
    const told = input.parentElement.querySelector(".file-name");
    const { none, many } = told.dataset;
    const { files } = input;
    if (files.length > 1) told.textContent = many.replace("{n}", files.length);
    else told.textContent = files.length ? files[0].name : none;
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches(".file-picker input")) nameFiles(event.target);
  });
  // a page that comes back from the history has its files still
  window.addEventListener("pageshow", () => document.querySelectorAll(".file-picker input").forEach(nameFiles));

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-api]")) return;
    event.preventDefault();
    submit(event.target);
  });

  // paper shows every team, open or not
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details.team:not([open])"));
    opened.forEach((team) => { team.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((team) => { team.open = false; }));

  // on a phone the bar of pages is wider than the screen: the current one is in sight
  const current = document.querySelector(".side a[aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft - (current.parentElement.clientWidth - current.offsetWidth) / 2;

  tellWhatWasDone();
  window.GeoInspectApp = { tell, csrf };
})();
