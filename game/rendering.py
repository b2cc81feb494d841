"""Markdown of hunt packs and announcements -> the little HTML that reaches a page.

Two walls: raw HTML is never parsed as HTML (it is shown as the text it is), and what the renderer wrote is
sanitised by an allow-list. Reference definitions and tables are off: with them a short text can become a page
of a thousand times its size, and announcements go to everybody.
"""

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

TAGS = frozenset(
    {
        *("p", "em", "strong", "blockquote", "ul", "ol", "li", "code", "pre", "br", "hr"),
        *("h3", "h4", "h5", "a"),
    }
)
# Without "*" the sanitiser lets `title` and `lang` through on every tag.
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

# The page's own headings are h1 and h2.
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h5", "h5": "h5", "h6": "h5"}

_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    # A relative address would point into this server: at the log-out page, say.
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


@lru_cache(maxsize=1024)
def render(markdown: str) -> str:
    """Safe HTML for a text by an organiser: CommonMark without HTML, pictures, tables, reference links.

    Headings start at h3, links open in a new page and tell it nothing. A picture becomes its description.
    """
    return sanitise(_markdown.render(markdown))


def sanitise(html: str) -> str:
    """`html` without every tag, attribute and address that the allow-list does not name."""
    return _cleaner.clean(html)


def has_picture(markdown: str) -> bool:
    """Whether the text holds a Markdown picture, which `render` does not show."""
    return any(child.type == "image" for token in _markdown.parse(markdown) for child in token.children or ())


def _shift_headings(state: StateCore) -> None:
    for token in state.tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)


def _description(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    return escapeHtml(renderer.renderInlineAsText(tokens[index].children, options, env))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.disable("reference")
    parser.core.ruler.push("shift_headings", _shift_headings)
    parser.add_render_rule("image", _description)
    return parser


_markdown = _parser()
