// PURE. What has changed in a text, as one splice: the protocol's way to send a correction of however long a text.

/** { at, cut, put } in code points, or null when nothing has changed. */
export function splice(before, after) {
  if (before === after) return null;
  const [old, fresh] = [Array.from(before), Array.from(after)];
  const shorter = Math.min(old.length, fresh.length);
  let at = 0;
  while (at < shorter && old[at] === fresh[at]) at += 1;
  let kept = 0;
  while (kept < shorter - at && old[old.length - 1 - kept] === fresh[fresh.length - 1 - kept]) kept += 1;
  return { at, cut: old.length - at - kept, put: fresh.slice(at, fresh.length - kept).join("") };
}

/**
 * A draft (texts by name) of what was `was` and has become `is`: what was not touched follows, what both have changed stays as it
 * was written here. { draft, both: the names of those }
 */
export function carry(draft, was, is) {
  const next = { ...draft };
  const both = [];
  for (const name of Object.keys(draft)) {
    const [before, now] = [String(was[name]), String(is[name])];
    if (before === now || draft[name] === now) continue;
    if (draft[name] === before) next[name] = now;
    else both.push(name);
  }
  return { draft: next, both };
}
