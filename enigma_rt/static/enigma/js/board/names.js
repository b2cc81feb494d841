// PURE. How wide a name is before anybody draws it, so that every name fits its row and none is cut.

const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;
const BROAD = /[MWmw@%&\u2014]/u;
const THIN = /[iIjl.,:;'’|!() ]/u;
const SLIM = /[frt1"[\]{}-]/u;
const CAPITAL = /\p{Lu}/u;
const FOREIGN = /(?!\p{Script=Latin})\p{L}/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a reader calls characters: an emoji of seven code points is one. */
export const graphemes = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** About how many em `name` takes in the interface's face. Rather too wide than too narrow. */
export function ems(name) {
  return graphemes(name).reduce((sum, character) => {
    if (WIDE.test(character)) return sum + 1.05;
    if (BROAD.test(character)) return sum + 0.88;
    if (THIN.test(character)) return sum + 0.32;
    if (SLIM.test(character)) return sum + 0.4;
    if (CAPITAL.test(character)) return sum + 0.68;
    return sum + (FOREIGN.test(character) ? 0.62 : 0.55);
  }, 0);
}

// Of board.css, in hundredths of the screen's height: the narrowest row without its points, a figure of them, the two sizes.
const ROW = 42.2;
const POINTS = [8.4, 2.05];
const LARGE = 3.4;
const MEDIUM = 2.9;

/**
 * The size that `name` is set in beside points of so many characters: "large" on one line, "medium" on one smaller line,
 * "small" on two lines.
 */
export function sizeOf(name, figures = 7) {
  const room = ROW - Math.max(POINTS[0], POINTS[1] * figures);
  const width = ems(name);
  if (width * LARGE <= room) return "large";
  return width * MEDIUM <= room ? "medium" : "small";
}
