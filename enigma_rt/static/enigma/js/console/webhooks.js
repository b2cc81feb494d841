// Addresses that are told what happens: adding, testing, pausing and deleting them, and what became of their deliveries.

import { render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { gettext } from "../i18n.js";
import { view } from "./view_webhooks.js";

const LOOK_EVERY = 3_000;

/** `dialog`: an empty <dialog>. */
export function createWebhooks({ calls, confirm, told, dialog }) {
  const state = { webhooks: null, deliveries: [], error: "", addError: "", adding: false, walls: true, added: null };
  let timer = 0;

  const paint = () => render(view(state, act), dialog);

  const look = async () => {
    clearTimeout(timer);
    try {
      const { webhooks, deliveries } = await calls.send(command.webhooks());
      Object.assign(state, { webhooks, deliveries, error: "" });
    } catch (refused) {
      state.error = refused.message;
    }
    if (!dialog.open) return;
    paint();
    timer = setTimeout(look, LOOK_EVERY);
  };

  const change = async (sent, done) => {
    try {
      await calls.send(sent, true);
      told(done);
    } catch (refused) {
      told(refused.message);
    }
    return look();
  };

  const act = {
    look,
    test: (row) => change(command.webhookAct(row.webhook, "test"), gettext("A test event is on its way.")),
    again: (row) => change(command.deliveryAgain(row.delivery), gettext("It is sent again.")),
    pause: (row) =>
      row.active
        ? change(command.webhookAct(row.webhook, "pause"), gettext("The webhook is paused."))
        : change(command.webhookAct(row.webhook, "resume"), gettext("The webhook goes on.")),
    remove(row) {
      confirm.ask({
        danger: true,
        words: () => ({
          title: gettext("Delete this webhook?"),
          says: [row.url, gettext("It is told nothing more. What it has not been told yet is lost, and so is its list of deliveries.")],
          button: gettext("Delete it"),
        }),
        async act() {
          await calls.send(command.webhookAct(row.webhook, "delete"), true);
          told(gettext("The webhook is deleted."));
          look();
        },
      });
    },
    choose(form) {
      state.walls = new FormData(form).getAll("events").includes("wall");
      paint();
    },
    async add(event) {
      event.preventDefault();
      if (state.adding) return;
      const form = event.target;
      const fields = new FormData(form);
      const events = fields.getAll("events");
      if (!events.length) {
        state.addError = gettext("Choose at least one event.");
        return paint();
      }
      Object.assign(state, { adding: true, addError: "", added: null });
      paint();
      const wanted = {
        url: fields.get("url").trim(), format: fields.get("format"), events,
        wall_minutes: Number(fields.get("minutes")), wall_players: Number(fields.get("players")),
      };
      try {
        const reply = await calls.send(command.webhookAdd(wanted), true);
        state.added = wanted.format === "json" ? reply : null;
        form.reset();
        act.choose(form);
        told(gettext("The webhook is there. Send it a test event."));
      } catch (refused) {
        state.addError = refused.message;
      }
      state.adding = false;
      return look();
    },
  };

  return {
    dialog,
    open() {
      Object.assign(state, { addError: "", added: null });
      paint();
      setTimeout(look);
    },
  };
}
