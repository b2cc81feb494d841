// The words of the page's language: a script before the modules has told them (enigma_rt/words.py), in English none.
// Called with literals only, or they are not found for translation.

const said = (text) => (Object.hasOwn(globalThis.words ?? {}, text) ? [globalThis.words[text]].flat() : null);

export const gettext = (text) => said(text)?.[0] ?? text;

export const ngettext = (one, many, count) => said(one)?.[globalThis.plural(count)] ?? (count === 1 ? one : many);

/** `text` with each %(name)s taken from `values`. */
export const format = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));

/** The page's language: numbers and times follow it. */
export const locale = () => globalThis.document?.documentElement.lang || undefined;

export const number = (value) => new Intl.NumberFormat(locale()).format(value);

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** "3.4 MB": how much a file of so many bytes is. */
export function amount(bytes) {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  const form = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: value < 10 && step ? 1 : 0 };
  return new Intl.NumberFormat(locale(), form).format(value);
}
