"""Which texts both databases can hold. The protocol refuses the others first; admin, tasks and tests come past it."""

import re

# PostgreSQL cannot store a NUL, and nothing can encode a lone surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str, longest: int) -> bool:
    """Whether `text` has at most `longest` code points and none that a database refuses."""
    return len(text) <= longest and not _UNSTORABLE.search(text)
