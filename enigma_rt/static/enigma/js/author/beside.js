// What stands beside the form: the preview in its frame, what was found in the draft, and the field for trying answers.

import { render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { contentOf } from "./drafts.js";
import { preview, tester } from "./view_beside.js";

const LOOK_AFTER = 250;
const DESK_WIDTH = 1180;

/** `draft()`: the open draft; `place()`: its place from 0. */
export function createBeside({ api, state, paint, address, draft, place }) {
  const at = { scene: "opens", size: "phone", shown: null, of: null, text: "", trial: null, error: "" };
  let timer = 0;
  let run = 0;
  let ready = false;

  async function look(top) {
    const { id, form } = draft();
    const content = contentOf(form);
    const mine = ++run;
    if (!content) return;
    // One that somebody has deleted meanwhile is shown as a new one would be.
    const known = state.desk.questions.some((question) => question.id === id);
    const asked = { question: known ? id : null, at: Math.max(0, place()), content: form.picture ? { ...content, image: null } : content, pictured: Boolean(form.picture) };
    try {
      const [shown, trial] = await Promise.all([api.look("look", asked), judged(content)]);
      if (mine !== run) return;
      Object.assign(at, { shown: pictured(shown, form), of: id, error: "", ...trial });
    } catch (refused) {
      if (mine !== run) return;
      at.error = refused.message;
    }
    send(top);
    paint("editor", "beside");
  }

  /** The picture that only this browser has yet. */
  function pictured(shown, { picture }) {
    if (!picture || !shown.opens.question) return shown;
    const question = { ...shown.opens.question, image: picture.url };
    return { ...shown, opens: { ...shown.opens, question } };
  }

  async function judged({ answers, close, threshold }) {
    if (!at.text) return { trial: null, error: "" };
    try {
      const trial = await api.look("guess", { answers, close, threshold, text: at.text });
      return trial.problem ? { trial: null, error: trial.problem } : { trial, error: "" };
    } catch (refused) {
      return { trial: null, error: refused.message };
    }
  }

  function send(top = false) {
    if (!ready || !at.shown) return;
    const { opens, solved, hint_html: hint } = at.shown;
    const shown = at.scene === "solved" ? solved : opens;
    const data = { ...shown, hint_html: at.scene === "hint" ? hint : null, questions: state.desk.questions.length, top };
    $("#preview iframe").contentWindow.postMessage(data, location.origin);
  }

  /** A desk is wider than the room beside the form: shown whole, and smaller. */
  function fit() {
    const pane = $("#preview .pane");
    const frame = $("#preview iframe");
    if (!pane) return;
    const scale = at.size === "desk" ? pane.clientWidth / DESK_WIDTH : 1;
    frame.style.transform = scale === 1 ? "" : `scale(${scale})`;
    frame.style.width = scale === 1 ? "" : `${DESK_WIDTH}px`;
    frame.style.height = scale === 1 ? "" : `${pane.clientHeight / scale}px`;
  }

  const act = {
    scene(scene) {
      at.scene = scene;
      send(true);
      paint("beside");
    },
    size(size) {
      at.size = size;
      paint("beside");
    },
    guess(text) {
      at.text = text;
      if (!text) Object.assign(at, { trial: null, error: "" });
      paint("beside");
      beside.look();
    },
  };

  addEventListener("message", ({ data, origin, source }) => {
    if (data !== "ready" || origin !== location.origin || source !== $("#preview iframe")?.contentWindow) return;
    ready = true;
    send(true);
  });
  addEventListener("resize", fit);

  const beside = {
    /** Of the open draft, as it was last looked at; until then of what is saved. */
    findings: () => (at.shown && at.of === state.open ? at.shown.findings : state.desk.findings.filter(({ question }) => question === state.open)),
    /** Look again: soon, or at once when another question was opened. */
    look(now = false) {
      clearTimeout(timer);
      timer = setTimeout(() => state.desk && look(now), now ? 0 : LOOK_AFTER);
    },
    lookNow() {
      clearTimeout(timer);
      return look(false);
    },
    paint() {
      render(preview({ ...at, address }, act), $("#preview"));
      render(tester(at, act), $("#tester"));
      fit();
    },
  };
  return beside;
}
