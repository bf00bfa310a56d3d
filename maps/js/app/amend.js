"use strict";
/*
 * The form of an amendment: only the fields of what has happened are there, and a closed place
 * can be pointed at on the map of the page. Syntax: Chrome 88.
 */
(function () {
  document.querySelectorAll("form[data-kinds]").forEach((form) => {
    const kind = form.querySelector("[name='event.kind']");

    function choose() {
      form.querySelectorAll("fieldset[data-kind]").forEach((part) => {
        part.hidden = part.dataset.kind !== kind.value;
        part.disabled = part.hidden;
      });
    }

    /** A stop that takes longer is one of the team's. */
    function chooseTeam() {
      const team = form.querySelector("[name=team_id]").value;
      const stops = form.querySelector("[name='event.point_id']");
      if (!stops) return;
      Array.from(stops.options).forEach((option) => {
        option.hidden = option.dataset.team !== team;
        option.disabled = option.hidden;
      });
      const first = Array.from(stops.options).find((option) => !option.hidden);
      if (first && stops.selectedOptions[0] && stops.selectedOptions[0].hidden) stops.value = first.value;
    }

    kind.addEventListener("change", choose);
    form.querySelector("[name=team_id]").addEventListener("change", chooseTeam);
    choose();
    chooseTeam();
  });
})();
