// The menu of the console and the drawers at its edge: one is open at a time, Escape closes it, and the focus goes back.

import { $ } from "../dom.js";

/** `parts`: by name { open(), dialog }; a button with data-drawer=NAME opens that one. */
export function createDrawers(parts) {
  const [menu, pages] = [$("#menu"), $("#pages")];
  let open = null;

  const close = () => {
    parts[open].dialog.close();
    open = null;
    menu.focus();
  };

  for (const button of document.querySelectorAll("[data-drawer]")) {
    button.addEventListener("click", () => {
      if (open) parts[open].dialog.close();
      open = button.dataset.drawer;
      parts[open].open();
      parts[open].dialog.show();
      $("h2", parts[open].dialog).focus();
    });
  }
  pages.addEventListener("click", () => pages.hidePopover());
  for (const { dialog } of Object.values(parts)) {
    dialog.addEventListener("click", ({ target }) => target.matches("[data-close]") && close());
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open && !$("#detail").open && !$("#confirm").open) close();
  });
}
