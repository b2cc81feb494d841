// Telegrams: shown one after another while somebody is looking, told to the server and the other tabs, kept in a list.

import { command } from "../protocol.js";
import { say } from "../dom.js";
import { remembered, seen } from "./state.js";

const STAYS = { info: 9_000, important: 15_000 }; // an urgent one stays until it is put away
const KEPT = 60;

export function createBulletins(page, link, store, key, live) {
  let timer;
  const tab = crypto.randomUUID();
  const told = new Set(); // shown in another tab, whose word may be here before the telegram itself
  const tabs = globalThis.BroadcastChannel ? new BroadcastChannel(key) : null;

  tabs?.addEventListener("message", ({ data }) => {
    if (!Array.isArray(data?.seen)) return;
    for (const id of data.seen) told.add(id);
    page.set({ state: seen(page.state, data.seen) });
    // Two windows side by side showed it in the same moment: one of them, always the same, puts it away.
    if (data.seen.includes(page.arrived?.id) && data.tab < tab) next();
  });
  document.addEventListener("visibilitychange", () => show());

  function show() {
    if (page.state.unseen.some((id) => told.has(id))) page.set({ state: seen(page.state, [...told]) });
    if (document.hidden || !page.state.unseen.length) return;
    const notice = first();
    if (page.arrived && (notice.level !== "urgent" || page.arrived.level === "urgent")) return;
    clearTimeout(timer);
    const { id } = notice;
    page.set({ arrived: notice, state: seen(page.state, [id]) });
    link.submit(command.seen([id]));
    tabs?.postMessage({ seen: [id], tab });
    say(live, plain(notice.html));
    if (STAYS[notice.level]) timer = setTimeout(unread, STAYS[notice.level]);
  }

  /** The oldest that was not shown yet; an urgent one does not wait its turn. */
  function first() {
    const unseen = page.state.notices.filter(({ id }) => page.state.unseen.includes(id));
    return unseen.findLast(({ level }) => level === "urgent") ?? unseen.at(-1);
  }

  /** Nobody has put it away: it may not have been read. */
  function unread() {
    if (page.view !== "telegrams") page.set({ unread: page.unread + 1 });
    next();
  }

  function next() {
    clearTimeout(timer);
    page.set({ arrived: null });
    show();
  }

  return {
    next,
    /** Call after each frame that may have brought telegrams. */
    check() {
      keep();
      show();
    },
    /** The list of an earlier visit: the server only repeats what was not seen. */
    restore() {
      try {
        const kept = JSON.parse(store.getItem(key) ?? "[]");
        if (Array.isArray(kept)) page.set({ state: remembered(page.state, kept.filter((notice) => Number.isInteger(notice?.id))) });
      } catch {
        // nothing kept, or not ours
      }
    },
  };

  function keep() {
    try {
      const shown = page.state.notices.filter(({ id }) => !page.state.unseen.includes(id));
      store.setItem(key, JSON.stringify(shown.slice(0, KEPT)));
    } catch {
      // full or forbidden: the list ends with the visit
    }
  }
}

/** The words of sanitised HTML, for the ear. Parsed apart from the page: nothing in it loads or runs. */
function plain(html) {
  const element = document.createElement("enigma-html");
  element.html = html;
  return element.textContent;
}
