// Translations from Django's catalogue (/jsi18n/, loaded before the modules). Without it every string is itself.

export const gettext = (text) => globalThis.gettext?.(text) ?? text;

export const ngettext = (one, many, count) => globalThis.ngettext?.(one, many, count) ?? (count === 1 ? one : many);

/** `text` with each %(name)s taken from `values`. */
export const format = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));

/** The page's language: numbers and times follow it. */
export const locale = () => globalThis.document?.documentElement.lang || undefined;

export const number = (value) => new Intl.NumberFormat(locale()).format(value);
