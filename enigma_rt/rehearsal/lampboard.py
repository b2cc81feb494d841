"""PURE. The machine's lampboard as a picture: the letters of a word are lit."""

ROWS = ("QWERTZUIO", "ASDFGHJK", "PYXCVBNML")
PITCH, RADIUS, MARGIN = 34, 13, 20


def lampboard(word: str) -> str:
    """An SVG for the eye alone: what it spells stands beside it in words."""
    lamps = []
    for row, letters in enumerate(ROWS):
        indent = PITCH / 2 if len(letters) < len(ROWS[0]) else 0.0
        for place, letter in enumerate(letters):
            x, y = MARGIN + indent + place * PITCH, MARGIN + row * PITCH
            lit = ' class="lit"' if letter in word else ""
            lamps.append(
                f'<g{lit}><circle cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>'
                f'<text x="{x:g}" y="{y + 4.5:g}">{letter}</text></g>'
            )
    width = 2 * MARGIN + (len(ROWS[0]) - 1) * PITCH
    height = 2 * MARGIN + (len(ROWS) - 1) * PITCH
    return f'<svg class="lamps" viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(lamps)}</svg>'
