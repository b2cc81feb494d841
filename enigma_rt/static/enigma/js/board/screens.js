// The scenes beside the board, and the director at work: what was sent for them, what happened, which one is shown.

import { RACERS, carry, courseOf, isRace } from "./course.js";
import { begin, direct, happened, isScene, urgent } from "./director.js";
import { walls } from "./field.js";
import { fromTicker, fromTops } from "./happenings.js";
import { createMomentsScene } from "./scene_moments.js";
import { createNoticeScene } from "./scene_notice.js";
import { createRaceScene } from "./scene_race.js";
import { createStoryScene } from "./scene_story.js";
import { createWallScene } from "./scene_wall.js";
import { STAYS } from "./scenes.js";
import { $ } from "../dom.js";
import { format, gettext } from "../i18n.js";

const RECENT = 30 * 60_000; // an announcement of which there is still to be spoken
const NOTICES = 3;
const LATEST = 12; // moments that a wall held on them goes through

/** `address`: the scene that the page's address asks for, or null. `home()` is called when the board is shown again. */
export function createScreens(room, { clock, address, home }) {
  const scene = (name) => $(`.scene[data-scene="${name}"]`, room);
  const views = {
    race: createRaceScene(scene("race")),
    moments: createMomentsScene(scene("moments")),
    wall: createWallScene(scene("wall")),
    story: createStoryScene(scene("story")),
    notice: createNoticeScene(scene("notice")),
  };
  let state = begin(performance.now());
  let known = { hunt: null, top: [], posts: null, course: null, opening: "", notices: [], latest: [] };
  let pinned = null;
  let shown = "board";
  let shownMoments = null;
  let input = { stands: true, home: false };

  const frozen = () => known.hunt?.freeze_at != null && clock.now() >= known.hunt.freeze_at;
  const wanted = () => [address, pinned].find((name) => name !== null && isScene(name)) ?? null;

  /** What the scenes draw from. Where the field stands is not shown of before a freeze: it would go on counting. */
  const facts = () => ({ ...known, posts: frozen() ? null : known.posts, frozen: frozen(), now: clock.now(), moments: shownMoments ?? known.latest.slice(-3), more: shownMoments ? state.more : 0 });

  const has = () => ({
    race: known.course !== null && isRace(known.course),
    wall: !frozen() && walls(known.posts ?? [], 1).length > 0,
    story: known.opening !== "",
    notice: known.notices.some(({ level, at }) => level !== "info" && clock.now() - at < RECENT),
  });

  function show() {
    const next = state.scene;
    shownMoments = next === "moments" && state.moments.length && state.until !== Infinity ? state.moments : null;
    if (next === shown) return views[shown]?.update(facts());
    const before = shown;
    shown = next;
    room.dataset.cut = next;
    for (const [name, view] of Object.entries(views)) {
      if (name === next) view.show(facts());
      else if (name === before) view.hide();
    }
    if (next === "board") home();
    return undefined;
  }

  function look() {
    state = direct(state, performance.now(), { ...input, pinned: wanted(), has: has() });
    show();
  }

  function tell(moments) {
    if (!moments.length) return;
    known.latest = [...known.latest, ...moments].slice(-LATEST);
    state = happened(state, moments.map((moment) => ({ ...moment, when: moment.at, at: performance.now() })));
  }

  const note = $("#scene-note");
  function sayNote() {
    const odd = [address, pinned].find((name) => name !== null && !isScene(name)) ?? null;
    note.hidden = odd === null || wanted() !== null;
    const text = odd === null ? "" : format(gettext("There is no scene “%(name)s”: the director chooses."), { name: odd.slice(0, 24) });
    if (note.textContent !== text) note.textContent = text;
  }
  room.dataset.cut = "board";
  sayNote();

  return {
    get shown() {
      return shown;
    },
    frames: {
      scene({ scene: name }) {
        pinned = name;
        sayNote();
        look();
      },
      field({ posts }) {
        known.posts = posts;
      },
      course(frame) {
        known.course = carry(courseOf(frame), known.top, clock.now());
      },
      opening({ html }) {
        known.opening = html;
      },
    },
    /** Once a second. `stands`: something else has the wall; `home`: a pause, or the end. */
    tick(hunt, { stands, home: atHome }) {
      known.hunt = hunt;
      input = { stands, home: atHome };
      look();
    },
    /** A snapshot: what had happened by then is no news. */
    begin({ board, ticker, announcements, hunt }, again) {
      known = { ...known, hunt, top: board.top, notices: announcements.slice(0, NOTICES * 4) };
      if (!again) known.latest = fromTicker([...ticker].reverse()).map((one) => ({ ...one, when: one.at })).slice(-LATEST);
    },
    /** The board has another `top`; `calm`: by no deed of those on it. */
    moved(top, calm = false) {
      if (!calm) tell(fromTops(known.top, top, clock.now()));
      known.top = top;
      if (known.course) known.course = carry(known.course, top.slice(0, RACERS), clock.now());
    },
    told(items) {
      tell(fromTicker(items));
    },
    /** An announcement; what is urgent cuts at once. */
    notice(notice) {
      known.notices = [notice, ...known.notices.filter(({ id }) => id !== notice.id)].slice(0, NOTICES * 4);
      const held = wanted();
      if (notice.level === "urgent" && !input.stands && (held === null || held === "notice")) {
        state = urgent(state, performance.now() + STAYS.urgent);
        look();
      }
      if (shown === "notice") views.notice.update(facts());
    },
  };
}
