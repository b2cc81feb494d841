// PURE. How wide a name is before anybody draws it, so that every name fits its row and none is cut.

const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;
const BROAD = /[MWmw@%&\u2014]/u;
const THIN = /[iIljtfr.,:;'|! ()[\]-]/u;
const CAPITAL = /\p{Lu}/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a reader calls characters: an emoji of seven code points is one. */
export const graphemes = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** About how many em `name` takes in the interface's face. Rather too wide than too narrow. */
export function ems(name) {
  return graphemes(name).reduce((sum, character) => {
    if (WIDE.test(character)) return sum + 1.05;
    if (BROAD.test(character)) return sum + 0.88;
    if (THIN.test(character)) return sum + 0.34;
    return sum + (CAPITAL.test(character) ? 0.64 : 0.55);
  }, 0);
}

/** The size that `name` is set in: "large" on one line, "medium" on one smaller line, "small" on two lines. */
export function sizeOf(name) {
  const width = ems(name);
  if (width <= 9.2) return "large";
  return width <= 11 ? "medium" : "small";
}
