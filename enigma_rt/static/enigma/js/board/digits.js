// A counter whose digits are wheels: each turns to its next figure. Only transforms move.

const FIGURES = "0123456789";

function wheel() {
  const window_ = document.createElement("span");
  window_.className = "wheel";
  const strip = document.createElement("span");
  strip.className = "wheel-strip";
  for (const figure of FIGURES) {
    const line = document.createElement("span");
    line.textContent = figure;
    strip.append(line);
  }
  window_.append(strip);
  return window_;
}

/** Shows `text` (figures turn, everything else stands between them) in `element`. Wheels are kept from call to call. */
export function showDigits(element, text) {
  if (element.shown === text) return;
  const shape = text.replace(/\d/g, "0");
  if (element.shape !== shape) {
    element.shape = shape;
    element.replaceChildren(
      ...Array.from(text, (character) => {
        if (/\d/.test(character)) return wheel();
        const between = document.createElement("span");
        between.className = character === " " ? "between gap" : "between";
        between.textContent = character;
        return between;
      }),
    );
  }
  Array.from(text).forEach((character, i) => {
    if (!/\d/.test(character) || element.shown?.[i] === character && element.shown.length === text.length) return;
    element.children[i].firstChild.style.transform = `translateY(${-10 * Number(character)}%)`;
  });
  element.shown = text;
}
