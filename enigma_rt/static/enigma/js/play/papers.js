// The story so far, page by page, newest first; fetched when it is opened and when the player has moved on.

import { command } from "../protocol.js";

export function createPapers(page, link) {
  async function load(before) {
    if (page.papers.loading) return;
    page.set({ papers: { ...page.papers, loading: true } });
    const reply = await link.ask(command.story(before));
    const { papers } = page;
    if (!reply) return page.set({ papers: { ...papers, loading: false, stale: true } });
    const blocks = before === null ? reply.blocks : [...reply.blocks, ...papers.blocks];
    page.set({ papers: { blocks, before: reply.before, loading: false, stale: false } });
  }
  return {
    /** Call when the story comes into view, and after frames while it is. */
    check() {
      if (page.view === "story" && page.papers.stale && page.link.state === "live") load(null);
    },
    earlier: () => page.papers.before !== null && load(page.papers.before),
    outdated: () => page.set({ papers: { ...page.papers, stale: true } }),
  };
}
