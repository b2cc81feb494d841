// PURE. The board at one instant of a timeline (timeline.js), moved forwards and backwards through it. Every event knows
// what it changed, so to go back is to take back: any instant is reached from any other, and is the same from both sides.

import { countUntil, stands } from "./timeline.js";

export class Board {
  #line;
  #done = 0; // events that have happened
  #points;
  #last;

  constructor(line) {
    this.#line = line;
    this.now = line.start;
    this.#points = new Int32Array(line.ids.length);
    this.#last = new Float64Array(line.ids.length).fill(Infinity);
    this.seek(line.start);
  }

  /** To the board of `instant`, everything that happened at it included. Returns how many events lay between. */
  seek(instant) {
    const { at, who, gain, was, is } = this.#line;
    const target = countUntil(at, instant);
    const before = this.#done;
    for (; this.#done < target; this.#done++) {
      this.#points[who[this.#done]] += gain[this.#done];
      this.#last[who[this.#done]] = is[this.#done];
    }
    while (this.#done > target) {
      this.#done--;
      this.#points[who[this.#done]] -= gain[this.#done];
      this.#last[who[this.#done]] = was[this.#done];
    }
    this.now = instant;
    return Math.abs(target - before);
  }

  /** The events that happened after `instant` and until now, as places in the timeline. */
  since(instant) {
    const from = countUntil(this.#line.at, instant);
    return { from: Math.min(from, this.#done), to: this.#done };
  }

  /** The first `count` players, best first. */
  top(count) {
    const best = [];
    for (let player = 0; player < this.#points.length; player++) {
      if (this.#line.joined[player] > this.now) continue;
      let place = best.length;
      while (place > 0 && this.#before(player, best[place - 1])) place--;
      if (place === count) continue;
      best.splice(place, 0, player);
      if (best.length > count) best.pop();
    }
    return best;
  }

  /** From 1; null for who has not joined yet. */
  rank(player) {
    if (this.#line.joined[player] > this.now) return null;
    let rank = 1;
    for (let other = 0; other < this.#points.length; other++) {
      if (this.#line.joined[other] <= this.now && this.#before(other, player)) rank++;
    }
    return rank;
  }

  /** How many are on the board. */
  total() {
    return this.#line.joined.reduce((sum, joined) => sum + Number(joined <= this.now), 0);
  }

  /** As the board's frames have it: [player's id, name, points, last solve or null, finished]. */
  row(player) {
    const last = this.#last[player];
    return [
      this.#line.ids[player], this.#line.names[player], this.#points[player], last === Infinity ? null : last,
      this.#line.finished[player] <= this.now,
    ];
  }

  #before(a, b) {
    return stands(this.#points, this.#last, a, b);
  }
}
