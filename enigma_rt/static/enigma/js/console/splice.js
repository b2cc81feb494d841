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
