// PURE. A question as its form holds it, and back; what is unsaved, and what others have changed meanwhile.

export const NEW = 0; // the id of a question that is being written

const WHOLE = /^\d{1,5}$/;
const EMPTY = { title: "", before: [], text: "", image: null, image_alt: "", answers: [], close: [], threshold: 0, hint: "", points: 100, after: [] };

/** What the fields hold: lists as lines, numbers as they are typed. `picture`: a new one, { name, data, url }, or null. */
export function formOf(content) {
  return {
    ...content,
    before: [...content.before],
    after: [...content.after],
    answers: content.answers.join("\n"),
    close: content.close.join("\n"),
    threshold: String(content.threshold),
    points: String(content.points),
    picture: null,
  };
}

export const blank = () => formOf(EMPTY);

/** Whether nothing has been written into a new question's form. */
export const isBlank = (form) => !differs(form, EMPTY);

const lines = (text) => text.split("\n").filter((line) => line.trim() !== "");

/** The question that the fields say, or null while a number is none. */
export function contentOf(form) {
  const { picture, ...rest } = form;
  if (!WHOLE.test(form.threshold) || !WHOLE.test(form.points)) return null;
  return {
    ...rest,
    answers: lines(form.answers),
    close: lines(form.close),
    threshold: Number(form.threshold),
    points: Number(form.points),
  };
}

/** Whether the form says something else than `content`. */
export function differs(form, content) {
  if (form.picture) return true;
  const said = contentOf(form);
  return said === null || Object.keys(content).some((name) => JSON.stringify(said[name]) !== JSON.stringify(content[name]));
}

/** How a draft stands to the question as it is now: same, stale (somebody has changed it since), gone. */
export function standing(draft, question) {
  if (draft.id === NEW) return "same";
  if (!question) return "gone";
  return question.token === draft.token ? "same" : "stale";
}

/** The finding's field: "answers[2]" is about answers. */
export const fieldOf = ({ place }) => place.replace(/\[.*$/, "");

/** `list` with the item at `from` put to `to`. */
export function moved(list, from, to) {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

// --- drafts that outlive a reload of their tab ------------------------------------------------------------------------

/** These drafts as text. New pictures are left out: they are too large for a browser to keep so. */
export const keptText = (drafts) => JSON.stringify(drafts.map((draft) => ({ ...draft, form: { ...draft.form, picture: null } })));

const KINDS = { ...formOf(EMPTY), image: null };
const fits = (value, like) => (like === null ? value === null || typeof value === "string" : Array.isArray(like) ? Array.isArray(value) && value.every((each) => typeof each === "string") : typeof value === typeof like);

/** The drafts that such a text holds; of another text none. */
export function draftsOf(text) {
  try {
    return JSON.parse(text).filter(({ id, token, form }) => Number.isInteger(id) && typeof token === "string" && Object.keys(KINDS).every((name) => fits(form[name], KINDS[name])));
  } catch {
    return [];
  }
}

// --- the hunt itself ---------------------------------------------------------------------------------------------------

const pad = (n, width = 2) => String(n).padStart(width, "0");

/** An instant as <input type="datetime-local"> writes it, in this browser's zone, to the minute. */
export function localTime(instant) {
  const at = new Date(instant);
  return `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** The instant that `text` says; `was` if it says the same minute. Null when it says none. */
export function instantOf(text, was) {
  if (text === localTime(was)) return was;
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}

/** "10: 100, 20: 90" for [[10, 100], [20, 90]] */
export const stepsText = (steps) => steps.map(([solves, percent]) => `${solves}: ${percent}`).join(", ");

function stepsOf(text) {
  const parts = text.split(",").map((part) => /^\s*(\d{1,7})\s*:\s*(\d{1,3})\s*$/.exec(part));
  return parts.every(Boolean) ? parts.map(([, solves, percent]) => [Number(solves), Number(percent)]) : null;
}

/** The fields of the hunt: each setting as text, "" for its default. */
export function huntForm(desk, about) {
  const settings = Object.fromEntries(about.map(({ name }) => {
    const value = desk.settings[name];
    return [name, value === undefined ? "" : Array.isArray(value) ? stepsText(value) : String(value)];
  }));
  return { title: desk.title, tagline: desk.tagline, starts_at: localTime(desk.starts_at), ends_at: localTime(desk.ends_at), settings };
}

/** { hunt } for the server, or { wrong }: the names of fields that say nothing it could read. */
export function huntOf(form, desk, about) {
  const settings = {};
  const wrong = [];
  for (const { name, default: standard, choices } of about) {
    const text = form.settings[name].trim();
    if (text === "") continue;
    const value = choices.length ? text : Array.isArray(standard) ? stepsOf(text) : /^\d{1,7}$/.test(text) ? Number(text) : null;
    if (value === null) wrong.push(name);
    else settings[name] = value;
  }
  const [starts_at, ends_at] = ["starts_at", "ends_at"].map((name) => instantOf(form[name], desk[name]));
  if (starts_at === null) wrong.push("starts_at");
  if (ends_at === null) wrong.push("ends_at");
  return wrong.length ? { wrong } : { hunt: { title: form.title, tagline: form.tagline, starts_at, ends_at, settings } };
}
