// The reveal on the wall: a row in focus, a moment of suspense, what it has won, and only then does it move. At the end the
// first three.

import { follows, gain, ranks, sentence, way, what } from "../reveal.js";
import { $, still } from "../dom.js";
import { format, gettext, number } from "../i18n.js";

const SUSPENSE = 1_700;
const GLIDE = 1_100; // until the row has arrived, and the next one comes into focus
const PODIUM = 60_000;

const put = (element, text) => element.textContent !== text && (element.textContent = text);

/** `moved()` is called when the rows may move again; `focus(player or null)` marks a row. */
export function createReveal(root, { moved, focus, reason }) {
  const room = $("#room");
  const podium = $("#podium");
  let shown = null;
  let timer = 0;
  let held = false;

  function release() {
    if (!held) return;
    held = false;
    moved();
  }

  function ask(next) {
    root.dataset.shows = next ? "next" : "words";
    focus(next?.player ?? null);
    put($(".reveal-rank", root), next ? number(next.rank) : "");
    put($(".reveal-name", root), next?.name ?? gettext("The reveal"));
    put($(".reveal-what", root), next ? gettext("What have they done since?") : "");
    for (const part of [".reveal-gain", ".reveal-way"]) put($(part, root), "");
  }

  function tell(done) {
    root.dataset.shows = "done";
    root.dataset.way = way(done)?.way ?? "";
    put($(".reveal-rank", root), done.rank === null ? "" : number(done.rank));
    put($(".reveal-name", root), done.player === null ? gettext("The others") : done.name);
    put($(".reveal-what", root), what(done));
    put($(".reveal-gain", root), gain(done));
    put($(".reveal-way", root), ranks(done));
  }

  function wait({ done }) {
    root.dataset.shows = "suspense";
    focus(done.player);
    put($(".reveal-rank", root), done.old_rank === null ? "" : number(done.old_rank));
    put($(".reveal-name", root), done.name);
    put($(".reveal-what", root), what(done));
    for (const part of [".reveal-gain", ".reveal-way"]) put($(part, root), "");
  }

  function end(frame) {
    if (!frame.podium.length) return hide();
    put($(".podium-title", podium), document.title);
    $(".medals", podium).replaceChildren(
      ...frame.podium.map(([, name, points], place) => {
        const step = Object.assign(document.createElement("li"), { className: "medal" });
        step.dataset.place = String(place + 1);
        const disc = Object.assign(document.createElement("span"), { className: "medal-disc", textContent: String(place + 1) });
        const who = Object.assign(document.createElement("bdi"), { className: "medal-name", textContent: name });
        who.dataset.long = String(name.length > 12);
        const won = Object.assign(document.createElement("span"), { className: "medal-points", textContent: number(points) });
        step.append(disc, who, won);
        return step;
      }),
    );
    hide();
    podium.hidden = false;
    timer = setTimeout(() => (podium.hidden = true), PODIUM);
  }

  function hide() {
    root.hidden = true;
    focus(null);
    delete room.dataset.reveal;
  }

  return {
    /** Whether the rows are to stay where they are for the moment. */
    get holds() {
      return held;
    },
    take(frame) {
      clearTimeout(timer);
      release();
      const before = shown;
      shown = frame.state === "on" ? frame : null;
      podium.hidden = true;
      put($("#reveal-said"), frame.state === "off" ? "" : sentence(frame));
      if (frame.state === "off") return hide();
      const drama = follows(before, frame);
      if (frame.state === "over" && !drama) return end(frame);
      root.hidden = false;
      room.dataset.reveal = "on";
      put($(".reveal-step", root), format(gettext("%(step)s of %(steps)s"), { step: number(frame.step), steps: number(frame.steps) }));
      root.style.setProperty("--done", String(frame.step / Math.max(1, frame.steps)));
      const then = () => (frame.state === "over" ? end(frame) : ask(frame.next));
      if (!drama) return then();
      if (frame.done.player !== null && frame.done.q !== null) reason(frame.done.player, frame.done.q);
      if (still() || document.hidden || frame.done.player === null) {
        tell(frame.done);
        focus(frame.done.player);
        timer = setTimeout(then, still() ? 2 * SUSPENSE : SUSPENSE);
        return undefined;
      }
      held = true;
      wait(frame);
      timer = setTimeout(() => {
        tell(frame.done);
        release();
        timer = setTimeout(then, frame.state === "over" ? 3 * GLIDE : GLIDE);
      }, SUSPENSE);
      return undefined;
    },
  };
}
