// The public's board: frozen now or at an instant, live again, and the desk from which it is revealed.

import { render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { format, gettext, locale } from "../i18n.js";
import { shortDayTime } from "../times.js";
import { fieldOf, instantOf } from "./actions.js";
import { command } from "./commands.js";
import { desk } from "./view_freeze.js";
import { reach } from "./words.js";

const HOUR = 3_600_000;
const SOON = 60_000;

/** `state()`: { live, hunt, phase, now, players, sockets }. */
export function createFreezing({ calls, confirm, told, state, root }) {
  let reveal = null;
  let seconds = 6;
  let sending = false;
  let painted = "";

  const day = (instant) => shortDayTime(instant, locale());
  const send = async (sent, done = "") => {
    try {
      await calls.send(sent, true);
      if (done) told(done);
    } catch (refused) {
      told(refused.message);
    }
  };

  function atField({ hunt, now }) {
    const hourBefore = hunt.ends_at - HOUR;
    return {
      name: "at", label: gettext("From, in your time zone (empty: now)"), type: "datetime-local", wide: true,
      text: hourBefore > now + SOON ? fieldOf(hourBefore) : "",
      read: (text) => (text === "" ? 0 : instantOf(text)), help: gettext("A date and a time to come, before the end."),
    };
  }

  const act = {
    freeze() {
      if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
      confirm.ask({
        danger: true,
        fields: [atField(state())],
        words: ({ at }) => ({
          title: at ? format(gettext("Freeze the board %(time)s?"), { time: day(at) }) : gettext("Freeze the board now?"),
          says: [
            format(gettext("%(whom)s and the projectors see the board as it is then, until you unfreeze or reveal it. They go on seeing their own points."), { whom: reach(state()) }),
            at ? gettext("If the end is moved before then, the freeze moves with it.") : gettext("It begins in ten seconds: by then every server knows."),
            gettext("The tape, the profiles and the webhooks tell no solves meanwhile. Consoles see everything live."),
          ],
          button: at ? gettext("Freeze then") : gettext("Freeze now"),
        }),
        async act({ at }) {
          await calls.send(command.freeze(at || null), true);
          told(gettext("The freeze is set."));
        },
      });
    },
    unfreeze() {
      const frozen = state().now >= state().hunt.freeze_at;
      confirm.ask({
        danger: frozen,
        words: () => ({
          title: frozen ? gettext("Show everybody the live board?") : gettext("Call off the freeze?"),
          says: frozen
            ? [format(gettext("%(whom)s and the projectors see at once what has happened since. There is nothing left to reveal then."), { whom: reach(state()) })]
            : [gettext("The board stays live for everybody.")],
          button: frozen ? gettext("Unfreeze") : gettext("Call it off"),
        }),
        async act() {
          await calls.send(command.unfreeze(), true);
          told(frozen ? gettext("The board is live for everybody.") : gettext("The freeze is called off."));
        },
      });
    },
    begin() {
      confirm.ask({
        words: () => ({
          title: gettext("Begin the reveal?"),
          says: [
            format(gettext("%(whom)s and the projectors see the ceremony: from the bottom up, a row at a time, as you go on."), { whom: reach(state()) }),
            gettext("What is revealed is the board as it is now; what organisers book later shows when it is over."),
          ],
          button: gettext("Begin"),
        }),
        async act() {
          await calls.send(command.revealAct("start"), true);
        },
      });
    },
    async step(action) {
      if (sending || reveal?.state !== "on") return;
      sending = true;
      await send(command.revealAct(action, { step: reveal.step }));
      sending = false;
    },
    auto: () => send(command.revealAct("auto", { seconds })),
    hold: () => send(command.revealAct("hold")),
    every(value) {
      seconds = Math.min(60, Math.max(2, Math.round(Number(value)) || seconds));
      paint();
    },
    abort() {
      confirm.ask({
        danger: true,
        words: () => ({
          title: gettext("Break off the reveal?"),
          says: [format(gettext("%(whom)s and the projectors see the frozen board again, as before the first step."), { whom: reach(state()) })],
          button: gettext("Break off"),
        }),
        async act() {
          await calls.send(command.revealAct("abort"), true);
        },
      });
    },
  };

  function paint() {
    const { hunt, phase, now, live } = state();
    render(desk({ hunt, phase, frozen: hunt?.freeze_at != null && now >= hunt.freeze_at, live, reveal, seconds }, act), root);
  }

  // The space key goes on, as with any presentation, unless it is somebody's to type or to press.
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || reveal?.state !== "on" || $("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, button, a, [contenteditable]")) return;
    event.preventDefault();
    act.step("next");
  });

  return {
    heard(frame) {
      reveal = frame.state === "off" ? null : frame;
      paint();
    },
    /** Once a second, and with each change of the hunt. */
    tick() {
      const { hunt, phase, now, live } = state();
      if (reveal?.state === "over" && hunt?.freeze_at) reveal = null;
      const seen = JSON.stringify([hunt?.freeze_at, hunt?.freeze_at && now >= hunt.freeze_at, phase, live]);
      if (seen === painted) return;
      painted = seen;
      paint();
    },
  };
}
