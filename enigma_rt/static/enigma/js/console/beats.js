// PURE. What the pulse has beaten, minute by minute: the past from the server, then what comes. As much memory after a day.

const COUNTED = ["right", "close", "wrong", "hints", "skips", "accepted"];
const AROUND = ["players", "spectators", "organisers", "p50", "p99"];
const NOTHING = [0, 0, 0, 0, 0, 0];
const UNKNOWN = [null, null, null, null, null];

/** The last `length` minutes. Minutes are numbers since the epoch. */
export function createHour(length = 60) {
  let counts = new Map();
  let around = new Map();
  let since = Infinity;

  function forget(now) {
    for (const known of [counts, around]) for (const minute of known.keys()) if (minute < now - length) known.delete(minute);
  }

  return {
    /** The past, as `pulse_history` tells it: in place of what was here, which may have a gap. */
    load({ first, counts: told, sockets, p50, p99 }) {
      counts = new Map(told.map(([minute, ...numbers]) => [minute, numbers]));
      around = new Map(told.map(([minute], i) => [minute, [sockets[i]?.players ?? null, sockets[i]?.spectators ?? null, sockets[i]?.organisers ?? null, p50[i], p99[i]]]));
      since = first;
    },
    /** What has changed: [minute, …] each. */
    take(minutes, now) {
      for (const [minute, ...numbers] of minutes) counts.set(minute, numbers);
      forget(now);
    },
    /** How everybody does, in minute `now`. */
    hear({ sockets, p50, p99 }, now) {
      around.set(now, [sockets.players, sockets.spectators, sockets.organisers, p50, p99]);
      forget(now);
    },
    /** { at: minutes, right: […], … p99: […] } until minute `now`; null before the past is known. */
    series(now) {
      if (since === Infinity) return null;
      const at = Array.from({ length: length + 1 }, (_, i) => now - length + i);
      return {
        at,
        ...columns(COUNTED, at.map((minute) => counts.get(minute) ?? NOTHING)),
        ...columns(AROUND, at.map((minute) => around.get(minute) ?? UNKNOWN)),
      };
    },
    get size() {
      return counts.size + around.size;
    },
  };
}

/** The same of a whole hunt, as `pulse_history` tells it: counts as they were in a minute of each step. */
export function wholeSeries({ step, counts, sockets, p50, p99 }) {
  return {
    at: counts.map(([minute]) => minute),
    ...columns(COUNTED, counts.map(([, ...numbers]) => numbers.map((number) => number / step))),
    players: sockets.map((all) => all?.players ?? null),
    spectators: sockets.map((all) => all?.spectators ?? null),
    organisers: sockets.map((all) => all?.organisers ?? null),
    p50,
    p99,
  };
}

const columns = (names, rows) => Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i])]));

/** Each of `lists` and all before it: what is drawn behind one another looks stacked. */
export function stacked(lists) {
  const tops = [];
  for (const list of lists) tops.push(list.map((value, i) => value + (tops.at(-1)?.[i] ?? 0)));
  return tops;
}

/** Right of the answers of each point and the `behind` before it, in per cent; null where there were none. */
export function solveRate({ right, close, wrong }, behind = 4) {
  return right.map((_, i) => {
    const from = Math.max(0, i - behind);
    const sum = (list) => list.slice(from, i + 1).reduce((total, value) => total + value, 0);
    const answers = sum(right) + sum(close) + sum(wrong);
    return answers ? (100 * sum(right)) / answers : null;
  });
}

/** Where players are: a column a question and one for those who are through, `share` of the highest of them. */
export function columnsOf(questions, finished, here) {
  const online = new Map(here);
  const all = [
    ...questions.map(({ q, title, here: count }) => ({ q, title, count, online: Math.min(count, online.get(q) ?? 0) })),
    { q: null, title: "", count: finished, online: Math.min(finished, online.get(questions.length + 1) ?? 0) },
  ];
  const most = Math.max(1, ...all.map(({ count }) => count));
  return all.map((column) => ({ ...column, share: column.count / most, onlineShare: column.online / most }));
}

/** Verdicts of each process by its name, the last `length` times that it was heard of; who is not any more is forgotten. */
export function createTraces(length = 60) {
  let traces = new Map();
  return {
    hear(processes) {
      const nothing = new Array(length).fill(0);
      traces = new Map(
        processes.map(({ process, state, verdicts }) => [
          process,
          [...(traces.get(process) ?? nothing).slice(1), state === "silent" || state === "stopped" ? 0 : verdicts],
        ]),
      );
    },
    of: (process) => traces.get(process) ?? [],
  };
}
