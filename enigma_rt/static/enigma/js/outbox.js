// PURE. Commands that wait for their reply, in order. They outlive a lost connection and a reload (through `store`,
// which is sessionStorage in the page) and are sent again with the SAME id, so that the server applies each once.

/**
 * An outbox over `store` (getItem, setItem, removeItem) under `key`. One tab, one outbox: a copied tab gets a copy of
 * the storage, and that is harmless, because the ids are the same.
 */
export function createOutbox(store, key) {
  let waiting = load(store, key);
  const save = () => {
    try {
      if (waiting.length) store.setItem(key, JSON.stringify(waiting));
      else store.removeItem(key);
    } catch {
      // A full or forbidden storage costs the memory of a reload, nothing else.
    }
  };
  return {
    /** Waiting commands, oldest first. */
    get waiting() {
      return waiting;
    },
    get size() {
      return waiting.length;
    },
    has: (id) => waiting.some((command) => command.id === id),
    find: (id) => waiting.find((command) => command.id === id) ?? null,
    /** Adds `command`; false when its id is waiting already. */
    add(command) {
      if (waiting.some((other) => other.id === command.id)) return false;
      waiting = [...waiting, command];
      save();
      return true;
    },
    /** Takes out and returns the command with this id, or null. */
    settle(id) {
      const command = waiting.find((other) => other.id === id) ?? null;
      if (command) {
        waiting = waiting.filter((other) => other.id !== id);
        save();
      }
      return command;
    },
    clear() {
      waiting = [];
      save();
    },
  };
}

function load(store, key) {
  try {
    const saved = JSON.parse(store.getItem(key) ?? "[]");
    const ids = new Set();
    // What is in the storage may be older than this code or not ours at all.
    return saved.filter((item) => {
      const fresh = typeof item?.t === "string" && typeof item.id === "string" && !ids.has(item.id);
      return fresh && ids.add(item.id);
    });
  } catch {
    return [];
  }
}
