// The static archive's only script of its own (enigma_rt/archive.py). A classic one: pages that are opened from a folder
// may not load modules. Without it everything can be read all the same.

(() => {
  const language = document.documentElement.lang;

  const zoned = new Intl.DateTimeFormat(language, {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  });
  for (const time of document.querySelectorAll("time[datetime]")) time.textContent = zoned.format(new Date(time.dateTime));

  // On paper everything is open.
  addEventListener("beforeprint", () => {
    for (const closed of document.querySelectorAll("details:not([open])")) closed.open = true;
  });

  const note = document.querySelector("#needs-server");
  if (note && location.protocol === "file:") {
    note.hidden = false;
    document.querySelector("#replay").hidden = true;
  }

  const search = document.querySelector("#search");
  if (!search) return;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase(language).trim();
  const figure = new Intl.NumberFormat(language);
  const [field, told] = [search.querySelector("input"), search.querySelector("[role=status]")];
  let lines = null;

  search.hidden = false;
  search.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", () => {
    lines ??= [...document.querySelectorAll(".ranks tbody tr")].map((row) => ({ row, name: plain(row.querySelector("bdi").textContent), part: row.closest(".part") }));
    const wanted = plain(field.value);
    const parts = new Map();
    let found = 0;
    for (const { row, name, part } of lines) {
      const fits = name.includes(wanted);
      if (row.hidden === fits) row.hidden = !fits;
      found += fits;
      parts.set(part, parts.get(part) || fits);
    }
    for (const [part, any] of parts) part.hidden = !any;
    told.textContent = wanted ? `${figure.format(found)} / ${figure.format(lines.length)}` : "";
  });
})();
