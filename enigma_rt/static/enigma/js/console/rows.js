// A long list of rows that are drawn once and never change: new ones come in at the top, old ones go at the bottom.
// Each row is the item's own from first to last, so that the focus and the pointer stay on what they were on.
// (lit-html's `repeat` would do the same, but leaves a node behind for every row that it removes: too many in two days.)

import { render } from "../../vendor/lit-html/lit-html.js";

/** Makes the rows of `body` those of `items` (each with an `id`), in order; `draw(item)` is a template of cells. */
export function showRows(body, items, draw) {
  const rows = (body.rowsById ??= new Map());
  const wanted = new Set(items.map(({ id }) => id));
  for (const [id, row] of rows) {
    if (wanted.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  let at = body.firstElementChild;
  for (const item of items) {
    let row = rows.get(item.id);
    if (!row) {
      row = document.createElement("tr");
      render(draw(item), row);
      rows.set(item.id, row);
    }
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
  }
}
