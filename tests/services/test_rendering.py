"""Organisers' Markdown: what it may become, and everything that it must never become."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from game.rendering import has_picture, render, sanitise

ALLOWED = {
    **{tag: set[str]() for tag in ("p", "em", "strong", "blockquote", "ul", "li", "code", "pre", "br", "hr")},
    **{tag: set[str]() for tag in ("h3", "h4", "h5")},
    "ol": {"start"},
    "a": {"href", "rel", "target"},
}

# Ways into a page, each alone and as one piece of a longer text.
ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '<a href="javascript:alert(1)">x</a>',
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<details open ontoggle=alert(1)>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style='background:url(https://evil.example)'>x</p>",
    "<form action=/logout method=post><button>x</button></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\tjavascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/accounts/logout/)",
    "[x](http://a.example/'onmouseover='alert(1))",
    '[x](http://a.example/"onmouseover="alert(1) "t\\" onclick=alert(1)")',
    "<javascript:alert(1)>",
    "![x](https://evil.example/track.png)",
    "![x](javascript:alert(1))",
    '![" onerror="alert(1)](x)',
    "![<b onclick=alert(1)>](x)",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "[a]: javascript:alert(1)\n\n[a]",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script>",
    "> - 1. <img src=x onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| x |",
    "\x00<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<p id=app class=overlay>x</p>",
]


class Reader(HTMLParser):
    """What a browser would see: open tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl!r}")


def assert_harmless(html: str) -> None:
    reader = Reader()
    reader.feed(html)
    reader.close()
    for tag, attributes in reader.tags:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag], html
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"
            address = attributes.get("href")
            assert address is None or address.lower().startswith(("http://", "https://", "mailto:")), html
        if tag == "ol" and "start" in attributes:
            assert (attributes["start"] or "").isdigit(), html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        ("one *two* **three**", "<p>one <em>two</em> <strong>three</strong></p>\n"),
        ("# A\n## B\n### C\n###### D", "<h3>A</h3>\n<h4>B</h4>\n<h5>C</h5>\n<h5>D</h5>\n"),
        ("Title\n===", "<h3>Title</h3>\n"),
        ("> said\n\n---", "<blockquote>\n<p>said</p>\n</blockquote>\n<hr>\n"),
        ("one  \ntwo\\\nthree\nfour", "<p>one<br>\ntwo<br>\nthree\nfour</p>\n"),
        ("7. g\n8. h", '<ol start="7">\n<li>g</li>\n<li>h</li>\n</ol>\n'),
        ("```python\nif a < b:\n```", "<pre><code>if a &lt; b:\n</code></pre>\n"),
        ("\"quoted\" -- 'x' (c) é 🗝️", "<p>\"quoted\" -- 'x' (c) é 🗝️</p>\n"),
        ("www.example.org", "<p>www.example.org</p>\n"),
        ("a ![the *old* map & key](map.png) b", "<p>a the old map &amp; key b</p>\n"),
        ("<b>bold?</b>", "<p>&lt;b&gt;bold?&lt;/b&gt;</p>\n"),
        (
            '[there](https://example.org/?a=1&b=2 "title")',
            '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank" '
            'rel="noopener noreferrer nofollow">there</a></p>\n',
        ),
        (
            "<mailto:crew@example.org>",
            '<p><a href="mailto:crew@example.org" target="_blank" rel="noopener noreferrer nofollow">'
            "mailto:crew@example.org</a></p>\n",
        ),
    ],
)
def test_markdown_becomes(markdown: str, html: str) -> None:
    assert render(markdown) == html


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_text(attack: str) -> None:
    for text in (
        attack,
        f"a {attack} b",
        f"> {attack}\n\n*{attack}*",
        attack * 3,
        f"[{attack}](https://a.example)",
    ):
        assert_harmless(render(text))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_second_wall_holds_alone(attack: str) -> None:
    """The sanitiser does not rely on the renderer having escaped anything."""
    assert_harmless(sanitise(attack))
    assert sanitise(sanitise(attack)) == sanitise(attack)


MARKUP = st.lists(
    st.sampled_from(
        [
            *ATTACKS,
            *(
                "<",
                ">",
                "&",
                '"',
                "'",
                "`",
                "[",
                "](",
                ")",
                "![",
                "*",
                "_",
                "#",
                "\n",
                "\n\n",
                "    ",
                "> ",
                "- ",
                "1. ",
            ),
            *("~~~", "---", "\\", "&#", "javascript:", "http://", "a", " ", "é", "😀", "\u202e", "\x00"),
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=300)
@given(st.text() | MARKUP)
@example("<pre>\n\nx</pre>")
def test_whatever_the_text_the_page_is_harmless(text: str) -> None:
    html = render.__wrapped__(text)
    assert_harmless(html)
    assert sanitise(html) == html


def test_a_short_text_cannot_become_a_long_page() -> None:
    """An announcement of 2,000 characters has to fit a frame, whatever is in it."""
    for piece in ("[](http:a)", "[a]", "- \n", "# \n", ">", "<http:a>", "&", "|a", "*a*", "\\\n"):
        assert len(render((piece * 2000)[:2000])) < 32_000
    link = "[a]: http://example.org/" + "x" * 900
    assert len(render(link + "\n\n" + "[a]" * 350)) < 4_000
    table = "|" * 500 + "\n" + "|-" * 500 + "|\n" + "|\n" * 400
    assert len(render(table)) < 4_000


@pytest.mark.parametrize(
    ("text", "found"),
    [("see ![map](map.svg)", True), ("> - ![](x)", True), ("`![map](map.svg)`", False), ("wow![1]", False)],
)
def test_a_markdown_picture_is_noticed(text: str, found: bool) -> None:
    assert has_picture(text) is found
