"""What a hunt pack says, as values."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from game.rules.settings import HuntSettings

FORMAT = 1
FILE = "hunt.toml"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)


class PackImage(Struct, frozen=True):
    """A picture: its file's bytes as they are, and what they are."""

    media_type: str
    data: bytes


class PackQuestion(Struct, frozen=True, kw_only=True):
    """A puzzle with the story around it. `text`, `hint`, `before` and `after` are Markdown.

    `image` is a path within the pack, `threshold` a closeness in percent, 0 is off.
    """

    title: str = ""
    before: tuple[str, ...] = ()
    text: str
    image: str | None = None
    image_alt: str = ""
    answers: tuple[str, ...]
    close: tuple[str, ...] = ()
    threshold: int = 0
    hint: str = ""
    points: int = 100
    after: tuple[str, ...] = ()


class Pack(Struct, frozen=True, kw_only=True):
    """A whole pack. `images` holds what the questions show, by path. Instants are ms since the epoch."""

    title: str
    tagline: str = ""
    slug: str | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    settings: HuntSettings = HuntSettings()
    questions: tuple[PackQuestion, ...]
    images: dict[str, PackImage] = {}


class Problem(Struct, frozen=True):
    """Something wrong in a pack: where, what, and the cure. `line` counts from 1, where it is known."""

    file: str
    place: str
    text: str
    cure: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.place + ': ' if self.place else ''}{self.text}. {self.cure}."


class PackError(ValueError):
    """A pack that cannot be used. `problems` holds all that is wrong with it, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
