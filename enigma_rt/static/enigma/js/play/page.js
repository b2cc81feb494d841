// The player's page as one value, drawn again whenever it changes. Drawing is gathered per task, not per frame: a
// verdict must not wait for the next animation frame, and a hidden tab has none.

import { render } from "../../vendor/lit-html/lit-html.js";
import { initial, scene } from "./state.js";
import { head, views } from "./view_head.js";
import { stage } from "./view_stage.js";
import { dock } from "./view_dock.js";
import { standings } from "./view_board.js";
import { arrival, story, telegrams } from "./view_papers.js";

export function createPage(root, act, extra) {
  let scheduled = false;
  const page = {
    state: initial,
    link: { state: "connecting", lag: null, slow: false, away: false },
    now: Date.now(),
    wait: 0, // seconds until a guess is allowed again
    view: "stage",
    draft: "",
    signal: null, // { kind, text, detail, letters }
    final: null, // the close code that ended the connection for good
    why: "", // what the organisers said of that
    waiting: 0, // answers in the outbox
    glowing: new Map(), // player -> { turns, until }: who has just moved on the board
    held: null, // the state whose question stays on the page while a right answer lights up
    rising: false,
    powersOpen: false,
    powerups: null, // draws them; comes with the extras
    confirming: null,
    armed: false,
    crowd: null, // how many are on this question, in words
    chase: null, // how far my rival is, in words
    chasing: false, // the rows around me are wanted for that
    arrived: null, // the telegram at the edge
    unread: 0, // telegrams that went to the list by themselves
    papers: { blocks: [], before: null, loading: false, stale: true },
    ...extra,
    set(changes) {
      Object.assign(page, changes);
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        draw(page, root, act);
      });
    },
  };
  for (const part of Object.values(root)) part.replaceChildren();
  draw(page, root, act);
  return page;
}

function draw(page, root, act) {
  const shown = page.held ? { ...page, state: page.held } : page;
  document.body.dataset.scene = page.final ? "final" : scene(shown.state);
  document.body.dataset.view = page.view;
  render(head({ ...page, shown: page.held?.me.position }, act), root.head);
  render(views(page, act.show), root.views);
  render(stage(shown), root.stage);
  render(standings(page), root.standings);
  render(story(page, act), root.story);
  render(telegrams(page), root.telegrams);
  render(dock(page, act), root.dock);
  render(arrival(page.arrived, act.putAway), root.arrival);
}
