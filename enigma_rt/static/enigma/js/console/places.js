// Where the players are: a bar a question, and one for those who are through. The lit part of a bar has a socket now.

import { format, gettext, number } from "../i18n.js";
import { columnsOf } from "./beats.js";

const ROOMY = 40;
const MARKED = 10;

export class Places {
  #box;
  #bars = [];

  constructor(box) {
    this.#box = box;
  }

  show(questions, finished, here) {
    const columns = columnsOf(questions, finished, here);
    if (columns.length !== this.#bars.length) this.#make(columns);
    columns.forEach((column, i) => this.#bars[i].show(column));
    const most = columns.toSorted((a, b) => b.count - a.count)[0];
    this.#box.setAttribute(
      "aria-label",
      most.q === null
        ? format(gettext("Most players, %(n)s, are through."), { n: number(most.count) })
        : format(gettext("Most players, %(n)s, are on question %(q)s; %(through)s are through."), { n: number(most.count), q: number(most.q), through: number(finished) }),
    );
  }

  #make(columns) {
    const roomy = columns.length <= ROOMY;
    this.#box.classList.toggle("close-up", roomy);
    this.#bars = columns.map((column) => new Bar(column, roomy || column.q === 1 || column.q === null || column.q % MARKED === 0));
    this.#box.replaceChildren(...this.#bars.map(({ element }) => element));
  }
}

class Bar {
  #count = element("span", "count number");
  #here = element("span", "all");
  #online = element("span", "online");

  constructor({ q }, named) {
    this.element = element("div", q === null ? "place through" : "place");
    const rail = element("div", "rail");
    rail.append(this.#here, this.#online, this.#count);
    const name = element("span", "name number");
    name.textContent = named ? (q === null ? gettext("through") : number(q)) : "";
    this.element.append(rail, name);
  }

  show({ q, title, count, online, share, onlineShare }) {
    // Properties and not attributes: the page's policy takes no styles from texts.
    this.#here.style.transform = `scaleY(${share})`;
    this.#online.style.transform = `scaleY(${onlineShare})`;
    this.#count.style.bottom = `${share * 100}%`;
    this.#count.textContent = count ? number(count) : "";
    this.element.title = format(q === null ? gettext("Through: %(n)s, %(online)s of them connected") : gettext("No. %(q)s, %(title)s: %(n)s, %(online)s of them connected"), {
      q, title, n: number(count), online: number(online),
    });
  }
}

function element(tag, classes) {
  const made = document.createElement(tag);
  made.className = classes;
  return made;
}
