"""What the documents point at is there."""

import re

from tests.support.process import ROOT

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)#]+)\)")


def test_every_picture_that_a_document_shows_exists_and_each_is_shown() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        (document.parent / path).resolve()
        for document in documents
        for path in PICTURE.findall(document.read_text(encoding="utf-8"))
        if "://" not in path
    }
    assert len(shown) > 10
    assert {path for path in shown if not path.is_file()} == set()
    assert {path for path in (ROOT / "docs" / "images").iterdir() if path not in shown} == set()


LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_link_between_the_documents_leads_somewhere() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    lost = set()
    for document in documents:
        for link in LINK.findall(document.read_text(encoding="utf-8")):
            path, _, place = link.partition("#")
            if "://" in path or path.startswith("mailto:"):
                continue
            target = (document.parent / path).resolve() if path else document
            headings = map(anchor, HEADING.findall(target.read_text())) if target.suffix == ".md" else ()
            if not target.exists() or (place and place not in set(headings)):
                lost.add((document.name, link))
    assert lost == set()
