// Dragging a row of the list: the pointer is followed until it is let go; Escape puts everything back.

/**
 * Follows a drag that `event` began. `rows()`: the list's elements in their order, each with data-id; `over(place)` is called
 * with each new place (from 0), `done(place)` with the last one, or null when it was given up.
 */
export function drag(event, { list, rows, over, done }) {
  if (event.button > 0) return;
  event.preventDefault();
  const pointer = event.pointerId;
  let place = null;

  function move({ pointerId, clientY }) {
    if (pointerId !== pointer) return;
    const { top, bottom } = list.getBoundingClientRect();
    if (clientY < top + 40) list.scrollBy(0, -12);
    else if (clientY > bottom - 40) list.scrollBy(0, 12);
    const boxes = rows().map((row) => row.getBoundingClientRect());
    const found = boxes.findIndex((box) => clientY < box.bottom);
    const next = found === -1 ? boxes.length - 1 : found;
    if (next !== place) over((place = next));
  }

  function end(result) {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", key, true);
    done(result);
  }
  const up = ({ pointerId }) => pointerId === pointer && end(place);
  const cancel = ({ pointerId }) => pointerId === pointer && end(null);
  function key(pressed) {
    if (pressed.key !== "Escape") return;
    pressed.stopPropagation();
    end(null);
  }

  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", key, true);
}
