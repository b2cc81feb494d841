// The author's desk: the hunt as its server has it, drafts over it, and the parts of the page that are painted anew.

import "../html.js";
import { html, render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { format, gettext, locale, number } from "../i18n.js";
import { exactTime, shortDayTime } from "../times.js";
import { Confirm } from "../console/confirm.js";
import { createApi } from "./api.js";
import { NEW, blank, contentOf, differs, draftsOf, fieldOf, formOf, isBlank, keptText, moved, standing } from "./drafts.js";
import { createBeside } from "./beside.js";
import { drag } from "./order.js";
import { createHuntForm } from "./hunt.js";
import { createHistory } from "./history.js";
import { check } from "./view_check.js";
import { form } from "./view_form.js";
import { list } from "./view_list.js";

const POLL = 3_000;
const TOLD = 6_000;
const VIEWS = ["questions", "hunt", "check", "versions"];
const { hunt, user, csrf, test, preview: previewAddress, login, current: currentAddress } = document.body.dataset;
const KEPT = `author-${user}-${hunt}`;

const api = createApi(`/author/${hunt}`, csrf);
const confirm = new Confirm($("#confirm"));
const state = { desk: null, open: null, drafts: new Map(), order: null, held: null, moving: false, pending: false, error: "", trouble: "", view: "questions", tried: false };
let forgets = 0;

// --- what there is ---------------------------------------------------------------------------------------------------------

const question = (id) => state.desk?.questions.find((each) => each.id === id);

/** The draft of a question; made of what is saved when there is none. */
function draftOf(id) {
  const found = state.drafts.get(id);
  if (found) return found;
  const { token, content } = question(id);
  return { id, token, form: formOf(content), at: null };
}

/** Whether it says what is saved nowhere: something else than its question, or that of a question which is gone. */
function dirty(draft) {
  if (draft.id === NEW) return !isBlank(draft.form);
  const saved = question(draft.id);
  return !saved || differs(draft.form, saved.content);
}
const unsaved = () => [...state.drafts.values()].filter(dirty).length;
const placeOf = (id) => (id === NEW ? state.drafts.get(NEW).at : ids().indexOf(id));
const ids = () => state.order ?? state.desk.questions.map(({ id }) => id);

function countsOf(id) {
  const counts = { fault: 0, warning: 0 };
  for (const { question: about, kind } of state.desk.findings) if (about === id) counts[kind] += 1;
  return counts;
}

function rows() {
  const all = ids().map((id) => {
    const draft = state.drafts.get(id);
    return { id, title: draft?.form.title ?? question(id).content.title, dirty: Boolean(draft), counts: countsOf(id), foreign: draft ? standing(draft, question(id)) === "stale" : false };
  });
  const fresh = state.drafts.get(NEW);
  if (fresh) all.splice(fresh.at, 0, { id: NEW, title: fresh.form.title || gettext("New question"), dirty: dirty(fresh), counts: {}, foreign: false });
  const lost = [...state.drafts.values()].filter((draft) => draft.id !== NEW && !question(draft.id));
  return [...all, ...lost.map((draft) => ({ id: draft.id, title: draft.form.title, dirty: true, counts: {}, gone: true }))];
}

// --- painting --------------------------------------------------------------------------------------------------------------

const parts = {
  list: () => render(list({ rows: rows(), open: state.open, fixed: state.desk.fixed, held: state.held, moving: state.moving }, act), $("#list")),
  editor() {
    const draft = draftOf(state.open);
    const saved = question(state.open);
    const alone = state.desk.questions.length === 0;
    render(form({
      draft: { ...draft, q: placeOf(state.open) + 1, standing: standing(draft, saved) },
      findings: findings(draft),
      dirty: dirty(draft),
      pending: state.pending,
      error: state.error || (contentOf(draft.form) ? "" : gettext("Points and closeness are whole numbers.")),
      fixed: state.desk.fixed,
      alone,
      images: saved?.image ?? "",
      test: { address: test, csrf },
    }, act), $("#editor"));
  },
  beside: () => beside.paint(),
  hunt: () => huntForm.paint(),
  check: () => render(check({ desk: state.desk, unsaved: unsaved() }, act), $("#findings")),
  history: () => past.paint(),
  head() {
    const faults = state.desk.findings.filter(({ kind }) => kind === "fault").length;
    $("#title").textContent = state.desk.title;
    $("#found").textContent = faults ? number(faults) : "";
    const words = { scheduled: gettext("Scheduled"), live: gettext("Live"), paused: gettext("Paused"), ended: gettext("Ended") };
    document.body.dataset.link = state.trouble ? "offline" : "live";
    render(state.desk.current
      ? html`<span class="phase" data-phase=${state.desk.phase}>${words[state.desk.phase]}</span> <span class="until">${state.desk.phase === "scheduled" ? format(gettext("opens %(time)s"), { time: shortDayTime(state.desk.starts_at, locale()) }) : ""}</span>`
      : html`<span class="until">${gettext("Not the current hunt: players do not see it.")}</span>${currentAddress && state.desk.questions.length ? html` <a href=${currentAddress}>${gettext("Make it the current one…")}</a>` : ""}`, $("#phase"));
    const trouble = $("#trouble");
    trouble.textContent = state.trouble;
    trouble.className = state.trouble ? "trouble" : "";
  },
  confirm: () => confirm.paint(),
};
/** What is said of the open draft. A new question is not told what it lacks before somebody would save it. */
function findings(draft) {
  const found = beside.findings();
  if (draft.id !== NEW || state.tried) return found;
  const standard = blank();
  return found.filter((finding) => String(draft.form[fieldOf(finding)]) !== String(standard[fieldOf(finding)]));
}

const waiting = new Set();
let frame = 0;

function paint(...names) {
  for (const name of names) waiting.add(name);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    if (!state.desk) return;
    for (const name of waiting) parts[name]();
    waiting.clear();
    keep();
  });
}

/** What is not saved outlives a reload of this tab. */
function keep() {
  try {
    sessionStorage.setItem(KEPT, keptText([...state.drafts.values()]));
  } catch {
    // Without a storage it lives as long as the page.
  }
}

const paintAll = () => paint(...Object.keys(parts));

function told(text) {
  $("#told").textContent = `${exactTime(Date.now(), locale())} ${text}`;
  clearTimeout(forgets);
  forgets = setTimeout(() => ($("#told").textContent = ""), TOLD);
}

// --- acts ------------------------------------------------------------------------------------------------------------------

function edit(change) {
  const draft = draftOf(state.open);
  const next = { ...draft, form: { ...draft.form, ...change } };
  if (dirty(next) || next.id === NEW) state.drafts.set(next.id, next);
  else state.drafts.delete(next.id);
  state.error = "";
  paint("list", "editor");
  beside.look();
}

function put(id) {
  if (!question(id) && !state.drafts.has(id)) return;
  state.open = id;
  state.error = "";
  beside.look(true);
  paint("list", "editor", "beside");
}

function drop(id) {
  state.drafts.delete(id);
  if (state.desk.questions.length === 0) first();
  else if (id === state.open && !question(id)) put(state.desk.questions[Math.min(placeAfter(id), state.desk.questions.length - 1)].id);
  else beside.look();
  paint("list", "editor");
}

/** The form of the first question of all. */
function first() {
  if (!state.drafts.has(NEW)) state.drafts.set(NEW, { id: NEW, token: "", form: blank(), at: 0 });
  put(NEW);
}

const placeAfter = (id) => Math.max(0, ids().indexOf(id));

const act = {
  open(id) {
    put(id);
    history.replaceState(null, "", `#q-${id}`);
  },
  begin() {
    if (state.drafts.has(NEW)) return act.open(NEW);
    state.drafts.set(NEW, { id: NEW, token: "", form: blank(), at: placeOf(state.open) + 1 });
    state.tried = false;
    act.open(NEW);
    requestAnimationFrame(() => $("#f-title")?.focus());
  },
  type: (name, value) => edit({ [name]: value }),
  block: (name, i, value) => edit({ [name]: draftOf(state.open).form[name].map((text, at) => (at === i ? value : text)) }),
  unblock: (name, i) => edit({ [name]: draftOf(state.open).form[name].filter((_, at) => at !== i) }),
  addBlock(name) {
    const blocks = draftOf(state.open).form[name];
    edit({ [name]: [...blocks, ""] });
    requestAnimationFrame(() => $(`#f-${name}-${blocks.length}`)?.focus());
  },
  unpicture: () => edit({ image: null, picture: null, image_alt: "" }),
  async picture(event) {
    const [file] = event.target.files;
    const id = state.open;
    event.target.value = "";
    if (!file) return;
    try {
      const picture = await api.picture(file);
      if (state.open === id) edit({ picture });
    } catch (refused) {
      state.error = refused.message;
      paint("editor");
    }
  },
  discard() {
    if (state.open === NEW || dirty(draftOf(state.open))) drop(state.open);
  },
  theirs: () => drop(state.open),
  /** Of a question that somebody has deleted; its saved picture is gone with it. */
  rescue() {
    const { id, form } = draftOf(state.open);
    if (state.drafts.has(NEW) && !isBlank(state.drafts.get(NEW).form)) {
      state.error = gettext("Save or discard the new question first.");
      paint("editor");
      return;
    }
    state.drafts.delete(id);
    state.drafts.set(NEW, { id: NEW, token: "", form: { ...form, image: null, image_alt: form.picture ? form.image_alt : "" }, at: ids().length });
    act.open(NEW);
  },
  mine() {
    const draft = draftOf(state.open);
    state.drafts.set(draft.id, { ...draft, token: question(draft.id).token });
    paint("list", "editor");
  },
  async save(event) {
    event?.preventDefault();
    const draft = draftOf(state.open);
    const content = contentOf(draft.form);
    if (state.pending || !dirty(draft) || !content || standing(draft, question(draft.id)) !== "same") return;
    const { picture } = draft.form;
    const body = { content: picture ? { ...content, image: null } : content, picture: picture && { name: picture.name, data: picture.data } };
    Object.assign(state, { pending: true, error: "", tried: false });
    paint("editor");
    if (await pointOut(draft.id)) return;
    try {
      const done = draft.id === NEW
        ? await api.write("questions", { ...body, order: state.desk.order, at: draft.at + 1 })
        : await api.write(`questions/${draft.id}`, { ...body, token: draft.token });
      // What was typed while it was on its way stays a draft, over what is saved now.
      const later = state.drafts.get(draft.id);
      await refresh();
      if (draft.id === NEW) {
        state.drafts.delete(NEW);
        if (state.open === NEW) act.open(done.question);
      } else if (later && later.form !== draft.form) state.drafts.set(draft.id, { ...later, token: question(draft.id).token });
      else state.drafts.delete(draft.id);
      told(gettext("Saved."));
    } catch (refused) {
      if (refused.code === "outdated") await refresh().catch(() => null);
      state.error = refused.message;
    }
    state.pending = false;
    beside.look();
    paintAll();
  },
  remove() {
    const { id, token, content, q } = question(state.open);
    confirm.ask({
      danger: true,
      words: () => ({
        title: format(gettext("Delete question %(q)s?"), { q: number(q) }),
        says: [content.title, gettext("Those behind it move up. It stays in the versions, from which it can be brought back.")].filter(Boolean),
        button: gettext("Delete it"),
      }),
      async act() {
        await api.write(`questions/${id}/remove`, { token });
        state.drafts.delete(id);
        await refresh();
        told(gettext("Deleted."));
      },
    });
  },
  shift(id, by) {
    const from = ids().indexOf(id);
    const to = from + by;
    if (state.moving || to < 0 || to >= ids().length) return;
    const pressed = by < 0 ? ".moves button:first-child" : ".moves button:last-child";
    // A row that changes its place loses the focus: who moves it by keys goes on moving it.
    arrange(moved(ids(), from, to)).then(() => requestAnimationFrame(() => requestAnimationFrame(() => $(`#list ${pressed}`)?.focus())));
  },
  drag(event, id) {
    if (state.moving || state.drafts.has(NEW)) return;
    const before = ids();
    state.held = id;
    paint("list");
    drag(event, {
      list: $("#list"),
      rows: () => [...$("#list ol").children],
      over(place) {
        state.order = moved(ids(), ids().indexOf(id), Math.min(place, before.length - 1));
        paint("list");
      },
      done(place) {
        const after = ids();
        state.held = null;
        state.order = null;
        paint("list");
        if (place !== null && String(after) !== String(before)) arrange(after);
      },
    });
  },
  lead(event, id, place) {
    event.preventDefault();
    if (id === null) {
      location.hash = "#hunt";
      return;
    }
    location.hash = `#q-${id}`;
    focusOn(fieldOf({ place }));
  },
};

/** Whether the open question has a fault, as it is written now: then nothing is sent, and the way leads there. */
async function pointOut(id) {
  await beside.lookNow();
  const fault = state.open === id && beside.findings().find(({ kind }) => kind === "fault");
  if (!fault) return false;
  Object.assign(state, { pending: false, tried: true, error: gettext("Not saved: look at what is marked as a fault.") });
  paint("editor");
  focusOn(fieldOf(fault));
  return true;
}

/** Once it has been painted. */
function focusOn(field) {
  requestAnimationFrame(() => requestAnimationFrame(() => ($(`#f-${field}`) ?? $(`.f-${field} textarea, .f-${field} button`))?.focus()));
}

async function arrange(order) {
  Object.assign(state, { order, moving: true });
  paint("list");
  try {
    await api.write("order", { order: state.desk.order, ids: order });
    await refresh();
  } catch (refused) {
    told(refused.message);
    await refresh().catch(() => null);
  }
  Object.assign(state, { order: null, moving: false });
  beside.look();
  paintAll();
}

// --- what others do --------------------------------------------------------------------------------------------------------

function take(desk) {
  state.desk = desk;
  for (const draft of state.drafts.values()) {
    if (draft.id !== NEW && question(draft.id) && !dirty(draft)) state.drafts.delete(draft.id);
    if (draft.id === NEW) draft.at = Math.min(draft.at, desk.questions.length);
  }
  if (desk.questions.length === 0) first();
  else if (state.open === null || (!question(state.open) && !state.drafts.has(state.open))) put(desk.questions[0].id);
  huntForm.arrived();
  past.arrived();
  paintAll();
}

async function refresh() {
  take(await api.get("state"));
}

async function poll() {
  if (!document.hidden) {
    try {
      const desk = await api.get(state.desk ? `state?version=${state.desk.version}` : "state");
      if (desk && !state.pending && !state.moving) {
        const { open } = state;
        take(desk);
        if (open === state.open) beside.look();
      }
      if (state.trouble) Object.assign(state, { trouble: "" }) && paint("head");
    } catch (refused) {
      state.trouble = refused.message;
      paint("head");
      if (refused.code === "signed_out" && !unsaved() && !huntForm.dirty()) location.assign(login);
    }
  }
  setTimeout(poll, POLL);
}

// --- the page --------------------------------------------------------------------------------------------------------------

const tools = { api, confirm, told, state, paint, refresh };
const beside = createBeside({ ...tools, address: previewAddress, draft: () => draftOf(state.open), place: () => placeOf(state.open) });
const huntForm = createHuntForm({ ...tools, about: JSON.parse(document.body.dataset.settings), owner: "owner" in document.body.dataset });
const past = createHistory({ ...tools, exported: `/author/${hunt}/export`, unsaved: () => unsaved() > 0 || huntForm.dirty() });

function show() {
  const name = location.hash.slice(1);
  const chosen = /^q-(\d+)$/.exec(name);
  state.view = chosen ? "questions" : VIEWS.includes(name) ? name : "questions";
  for (const view of VIEWS) $(`#${view}`).hidden = view !== state.view;
  for (const link of $("#views").querySelectorAll("a")) {
    if (link.hash === `#${state.view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (chosen && state.desk) put(Number(chosen[1]));
  if (state.view === "versions") past.open();
  paintAll();
}

addEventListener("hashchange", show);
addEventListener("beforeunload", (event) => (unsaved() || huntForm.dirty()) && event.preventDefault());
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (state.view === "questions") act.save();
  if (state.view === "hunt") huntForm.save();
});

for (const draft of draftsOf(sessionStorage.getItem(KEPT) ?? "[]")) state.drafts.set(draft.id, draft);
poll().then(show);

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
