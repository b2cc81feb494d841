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
