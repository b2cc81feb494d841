// The rows around me: asked for only while they are on the page, only when a move touched them, and never in step
// with ten thousand others.

import { command } from "../protocol.js";
import { jitter } from "../backoff.js";
import { touches } from "../board.js";

const FIRST = 200;
const PAUSE = 4000;
const SPREAD = 3000;
const UNSEEN = 4; // so many times slower for a rival's sake alone, whose rows are not on the page

export function createNeighbours(page, link) {
  let timer = 0;
  let stale = true;
  const wide = matchMedia("(min-width: 64rem)");

  const shown = () => wide.matches || page.view === "standings";
  const wanted = () => {
    const { board } = page.state;
    const beyond = board && board.rank !== null && board.rank > board.top.length;
    return beyond && !document.hidden && (shown() || page.chasing);
  };

  const pause = () => (page.state.around ? PAUSE + jitter(SPREAD) : FIRST + jitter(800));

  async function ask() {
    timer = 0;
    if (!stale || !wanted()) return;
    stale = false;
    const reply = await link.ask(command.around());
    if (!reply) stale = true;
  }

  return {
    /** Call after each frame, and when the board comes into view. */
    check(frame = null) {
      if (frame?.t === "board" && touches((page.state.around?.rows ?? []).map(({ row }) => row), frame)) stale = true;
      if ((frame?.t === "snapshot" || frame?.t === "board_view") && !page.state.around) stale = true;
      if (stale && !timer && wanted()) timer = setTimeout(ask, pause() * (shown() ? 1 : UNSEEN));
    },
  };
}
