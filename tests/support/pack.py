"""A small hunt pack in which every hidden piece is a word of its own, so that a leak can be told by its word."""

import json
from pathlib import Path
from typing import Any

HIDDEN = ("title", "text", "solve", "near", "hint", "before", "after", "alt", "picture")
"""What a question is made of. Answers are `solve` and `near`."""


def word(piece: str, question: int) -> str:
    """The word in that piece of the question: `solve3okapi` is the right answer to question 3."""
    return f"{piece}{question}okapi"


def write_pack(
    folder: Path,
    questions: int = 4,
    *,
    pictures: tuple[int, ...] = (2, 3),
    title: str = "The Test Hunt",
    **settings: Any,
) -> Path:
    """Writes it and returns its folder. Each question has a hint, a close answer, and a story before and after it."""
    lines = ["format = 1", f"title = {json.dumps(title)}", 'tagline = "Every part moves"', "[settings]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    for n in range(1, questions + 1):
        lines += [
            "[[question]]",
            f'title = "Title {word("title", n)}"',
            f'text = "What is **{word("text", n)}**?"',
            f'answers = ["{word("solve", n)}"]',
            f'close = ["{word("near", n)}"]',
            f'hint = "Think of *{word("hint", n)}*."',
            f'before = ["It began with {word("before", n)}."]',
            f'after = ["It ended with {word("after", n)}."]',
        ]
        if n in pictures:
            lines += [f'image = "images/{n}.svg"', f'image_alt = "A drawing of {word("alt", n)}."']
    (folder / "images").mkdir(parents=True)
    for n in pictures:
        (folder / "images" / f"{n}.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
            f'<rect width="400" height="300" fill="#222"/><text x="20" y="150">{word("picture", n)}</text></svg>'
        )
    (folder / "hunt.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
