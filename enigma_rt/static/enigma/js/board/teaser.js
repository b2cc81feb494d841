// PURE. As much of a story's beginning as a hall reads in one look.

const MOST = 420;
const ENOUGH = 0.55; // of a paragraph that is cut at least so much is left

/** Of `paragraphs` the first ones, at most `most` characters, cut at a sentence's end: { paragraphs, more }. */
export function teaser(paragraphs, most = MOST) {
  const kept = [];
  let room = most;
  for (const text of paragraphs) {
    if (text.length <= room) {
      kept.push(text);
      room -= text.length;
      continue;
    }
    if (!kept.length || room > most * ENOUGH) kept.push(shortened(text, room));
    break;
  }
  return { paragraphs: kept, more: kept.length < paragraphs.length || kept.at(-1) !== paragraphs[kept.length - 1] };
}

function shortened(text, room) {
  const sentences = [...text.matchAll(/[^.!?…]*[.!?…]+["”’»«)]*(?=\s|$)/gu)];
  let end = 0;
  for (const { index, 0: sentence } of sentences) {
    if (index + sentence.length > room) break;
    end = index + sentence.length;
  }
  if (end > room * ENOUGH) return text.slice(0, end).trim();
  const words = text.slice(0, room);
  return `${words.slice(0, Math.max(1, words.lastIndexOf(" "))).trimEnd()} …`;
}
