// The desk's requests: JSON both ways. What changes something carries a command id, and is sent once more with the SAME id
// when no answer came: it is done once, however often it arrives.

import { gettext } from "../i18n.js";

const AGAIN_AFTER = 800;
const MEGABYTE = 1 << 20;

/** A request that was not done. `code` as in game/errors.py, or "offline", "signed_out", "server". */
export class Refused extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** `address`: of the hunt, "/author/7"; `csrf`: the page's token. */
export function createApi(address, csrf) {
  async function ask(path, options = {}) {
    let response;
    try {
      response = await fetch(`${address}/${path}`, { credentials: "same-origin", redirect: "error", ...options });
    } catch {
      throw new Refused("offline", gettext("The server cannot be reached. Nothing is lost here: try again in a moment."));
    }
    if (response.status === 204) return null;
    const json = response.headers.get("Content-Type")?.startsWith("application/json");
    if (response.ok && json) return response.json();
    if (json) {
      const { code, text } = await response.json();
      throw new Refused(code, text);
    }
    if (response.status === 403) throw new Refused("signed_out", gettext("This page is too old: somebody has signed in or out since. Open it in another tab, copy what is not saved, and load it again."));
    throw new Refused("server", gettext("The server could not do that now. Try again in a moment."));
  }

  const post = (path, body, type) =>
    ask(path, { method: "POST", body, headers: { "X-CSRFToken": csrf, ...(type && { "Content-Type": type }) } });

  async function twice(work) {
    try {
      return await work();
    } catch (refused) {
      if (refused.code !== "offline" && refused.code !== "server") throw refused;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
      return work();
    }
  }

  return {
    get: (path) => ask(path),
    /** Asks with a body; changes nothing. */
    look: (path, body) => post(path, JSON.stringify(body), "application/json"),
    /** Changes something, once. */
    write(path, body) {
      const text = JSON.stringify({ command: crypto.randomUUID(), ...body });
      return twice(() => post(path, text, "application/json"));
    },
    /** A file as a new picture, { name, data, url }: refused when it is none that may be shown. Changes nothing. */
    async picture(file) {
      if (file.size > MEGABYTE) throw new Refused("invalid", gettext("A picture may have 1 MiB. Make it smaller."));
      const { media_type: kind } = await post("picture", file, "application/octet-stream");
      const data = await base64(file);
      return { name: file.name, data, url: `data:${kind};base64,${data}` };
    },
    /** A pack: without `version` only what it would change. */
    pack(file, version = null) {
      const form = new FormData();
      form.append("file", file);
      if (version === null) return post("pack", form);
      form.append("command", crypto.randomUUID());
      form.append("version", version);
      return twice(() => post("pack", form));
    },
  };
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
