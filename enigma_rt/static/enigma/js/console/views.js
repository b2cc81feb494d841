// Which of the console's views is open: the address says it (#walls), so that a reload and a bookmark find it again.

/** `sections`: the views by name, the first is the one without an address. `opened(name)` is called with each change. */
export function createViews(sections, links, opened) {
  const names = Object.keys(sections);

  function show() {
    const name = location.hash.slice(1);
    const open = names.includes(name) ? name : names[0];
    for (const [other, section] of Object.entries(sections)) section.hidden = other !== open;
    for (const link of links.querySelectorAll("a")) {
      if (link.hash === `#${open}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    // An address within a view that was not open when the browser looked for it.
    if (name && open !== name && open !== views.open) document.getElementById(name)?.focus();
    views.open = open;
    opened(open);
  }

  const views = { open: null, show };
  addEventListener("hashchange", show);
  return views;
}
