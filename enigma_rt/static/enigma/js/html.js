// The one door for HTML into the page: what the server has sanitised (questions, stories, hints, announcements).
// Everything else is text. The policy's name is allowed in the Content-Security-Policy, and only here.

const policy = globalThis.trustedTypes?.createPolicy("enigma", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

/** Puts sanitised `html` into `element` unless it is there already: a rendered story keeps its selection. */
export function setHtml(element, html) {
  if (element.sanitised === html) return;
  element.sanitised = html;
  element.innerHTML = policy.createHTML(html ?? "");
  for (const link of element.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
}

/** <enigma-html .html=${…}>: the same as an element, for templates. */
class EnigmaHtml extends HTMLElement {
  set html(html) {
    setHtml(this, html);
  }
}

customElements.define("enigma-html", EnigmaHtml);
