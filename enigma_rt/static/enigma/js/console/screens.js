// What all projectors show: a scene that somebody holds them on, or what their director chooses.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { shortTime } from "../times.js";
import { command } from "./commands.js";

const SCENES = {
  board: () => gettext("Board"),
  race: () => gettext("Points over time"),
  moments: () => gettext("Moments"),
  wall: () => gettext("Wall"),
  story: () => gettext("Story"),
  notice: () => gettext("Announcements"),
};

/** `state()`: { live, sockets }. */
export function createScreens({ calls, told, state, root }) {
  let pinned = null; // the frame `scene`
  let painted = "";

  async function pin(scene) {
    if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
    if (scene === pinned?.scene) return undefined;
    try {
      await calls.send(command.pin(scene), true);
      told(scene === null ? gettext("The projectors go on by themselves.") : format(gettext("All projectors show: %(scene)s."), { scene: SCENES[scene]() }));
    } catch (refused) {
      told(refused.message);
    }
    return undefined;
  }

  const button = (scene, words) =>
    html`<button type="button" class="button small" aria-pressed=${String((pinned?.scene ?? null) === scene)} aria-disabled=${String(!state().live)} @click=${() => pin(scene)}>${words}</button>`;

  function paint() {
    if (!pinned) return render(nothing, root);
    const { sockets } = state();
    const screens = format(ngettext("%(n)s projector here", "%(n)s projectors here", sockets.spectators), { n: number(sockets.spectators) });
    const by = pinned.scene === null
      ? gettext("choose by themselves")
      : format(gettext("held on “%(scene)s” by %(who)s since %(time)s"), { scene: SCENES[pinned.scene]?.() ?? pinned.scene, who: pinned.by, time: shortTime(pinned.at, locale()) });
    return render(html`<section class="screens" data-pinned=${String(pinned.scene !== null)} aria-label=${gettext("Projectors")}>
      <span><strong>${gettext("Projectors")}</strong> <span class=${pinned.scene === null ? "faint" : "held"}>${by}</span> <span class="faint">· ${screens}</span></span>
      <span class="scenes" role="group" aria-label=${gettext("What all projectors show")} data-needs="pin">
        ${button(null, gettext("By themselves"))}${Object.entries(SCENES).map(([scene, words]) => button(scene, words()))}
      </span></section>`, root);
  }

  return {
    heard(frame) {
      pinned = frame;
      paint();
    },
    /** When the connection or the number of projectors may have changed. */
    tick() {
      const seen = JSON.stringify([state().live, state().sockets.spectators]);
      if (seen === painted) return;
      painted = seen;
      paint();
    },
  };
}
