"""A realistic example of every frame, both directions, for every role that may send or receive it.

`python -m tests.golden_frames` writes them to `tests/js/fixtures/frames.json`, which the tests of the
JavaScript client read too: a change of the protocol that one side missed fails the other side's tests. The
examples in `docs/protocol.md` and `docs/asyncapi.json` are these. Everything here is fixed: the same file
comes out on every machine and every day.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from consumers import protocol as p

PATH = Path(__file__).parent / "js" / "fixtures" / "frames.json"
ROLES: tuple[p.Role, ...] = ("player", "spectator", "organiser")

MINUTE = 60_000
HOUR = 60 * MINUTE
START = int(datetime(2026, 3, 6, 18, tzinfo=UTC).timestamp()) * 1000
END = START + 48 * HOUR
NOW = START + 5 * HOUR + 12 * MINUTE
BOARD = "9f2c41d07ab8e365"


class Golden(NamedTuple):
    role: p.Role
    direction: Literal["in", "out"]
    variant: str
    record: Any

    @property
    def label(self) -> str:
        return f"{self.role}-{self.direction}-{type(self.record).__name__}-{self.variant}"

    def as_entry(self) -> dict[str, Any]:
        """The shape of one element of frames.json."""
        return {
            "role": self.role,
            "direction": self.direction,
            "name": type(self.record).__name__,
            "variant": self.variant,
            "frame": json.loads(msgspec.json.encode(self.record)),
        }


def command_id(label: str) -> str:
    """A version 4 UUID that is always the same for the same label."""
    return str(UUID(bytes=hashlib.sha256(label.encode()).digest()[:16], version=4))


# --- the people and the hunt that the frames tell of --------------------------------------------------------

HUNT = p.HuntInfo(
    id=1,
    title="The Lamplighter’s Ledger",
    tagline="Twelve lamps, one night, and a name that somebody wanted forgotten.",
    phase="live",
    starts_at=START,
    ends_at=END,
    questions=12,
    curve="elapsed",
)
SCHEDULED = msgspec.structs.replace(HUNT, phase="scheduled")
PAUSED = msgspec.structs.replace(HUNT, phase="paused", paused_at=NOW - MINUTE, paused_ms=9 * MINUTE)
FROZEN = msgspec.structs.replace(HUNT, freeze_at=END - HOUR)
ENDED = msgspec.structs.replace(HUNT, phase="ended")
BY_ORDER = msgspec.structs.replace(HUNT, id=2, title="Rehearsal", tagline="", curve="solve_order")

PRICES = p.Prices(
    hint_points=10,
    hint_xp=50,
    skip_xp=75,
    accept_close_xp=100,
    accept_close_points=10,
    xp_cap=100,
    xp_per_hour=10,
    xp_per_solve=5,
)

HINT_HTML = "<p>Read the <em>left</em> edge of the ledger, not its lines.</p>"
QUESTION_4 = p.QuestionView(
    q=4,
    title="Four flames",
    html="<p>Four lamps burn in the square. The <strong>shortest shadow</strong> keeps the key.</p>",
    image="/image/Zk3vQ8pWm1",
    image_alt="Four street lamps around a fountain; one has no shadow.",
    points=87,
    has_hint=True,
)
QUESTION_5 = p.QuestionView(
    q=5,
    title="Παλίνδρομο",
    html="<p>Νίψον ανομήματα μη μόναν όψιν &amp; what washes twice?</p>",
    image=None,
    image_alt=None,
    points=100,
    has_hint=False,
)
BLOCK_3 = p.Block(
    n=4, q=3, when="after", html="<p>The third lamp coughed, and the street had a name again.</p>"
)
BLOCK_4 = p.Block(n=5, q=4, when="before", html="<p>“You are late,” said the fountain. 🕯️</p>")
BLOCK_5 = p.Block(n=6, q=4, when="after", html="<p>The key was warm.</p>")
BLOCK_6 = p.Block(n=7, q=5, when="before", html="<p>On the basin’s rim ran one line of Greek, both ways.</p>")
EPILOGUE = p.Block(
    n=24, q=12, when="after", html="<p>By morning the ledger was blank, and everybody was in it.</p>"
)

ZOE = p.Me(
    player=17,
    name="Zoë 🦉",
    version=31,
    position=4,
    points=268,
    xp=65,
    solves=3,
    first_attempt=START + 4 * MINUTE,
    next_tick=START + 4 * MINUTE + 6 * HOUR,
    finished=False,
    wait_ms=0,
    hint=None,
    hint_html=None,
)
NEWCOMER = p.Me(
    player=204,
    name="نور الليل",
    version=1,
    position=1,
    points=0,
    xp=0,
    solves=0,
    first_attempt=None,
    next_tick=None,
    finished=False,
    wait_ms=0,
    hint=None,
    hint_html=None,
)


def zoe(**changes: Any) -> p.Me:
    """Zoë's state after `changes`."""
    return msgspec.structs.replace(ZOE, **changes)


SOLVED_4 = zoe(version=32, position=5, points=355, xp=70, solves=4)
FINISHED = zoe(version=90, position=13, points=1012, xp=45, solves=11, finished=True, next_tick=None)

ROW_FIRST = p.BoardRow(player=3, name="Ørjan & Søn", points=441, last=NOW - 2 * MINUTE, finished=False)
ROW_SECOND = p.BoardRow(player=88, name="謎解き倶楽部", points=355, last=NOW - 41 * MINUTE, finished=False)
ROW_ZOE = p.BoardRow(player=17, name="Zoë 🦉", points=268, last=NOW - 63 * MINUTE, finished=False)
ROW_RTL = p.BoardRow(player=204, name="نور الليل", points=0, last=None, finished=False)
ROW_DONE = p.BoardRow(player=5, name="<b>Ada</b>", points=1130, last=NOW - MINUTE, finished=True)
VIEW = p.BoardView(
    id=BOARD,
    version=812,
    total=214,
    size=25,
    top=(ROW_DONE, ROW_FIRST, ROW_SECOND, ROW_ZOE),
    me=(268, NOW - 63 * MINUTE),
    rank=4,
)
PUBLIC_VIEW = msgspec.structs.replace(VIEW, me=None, rank=None)
VIEW_LATER = msgspec.structs.replace(
    VIEW,
    version=813,
    total=215,
    top=(ROW_DONE, ROW_FIRST, ROW_SECOND, msgspec.structs.replace(ROW_ZOE, points=355, last=NOW)),
    me=(355, NOW),
)
VIEW_FINISHED = p.BoardView(
    id=BOARD,
    version=9417,
    total=214,
    size=25,
    top=(
        ROW_DONE,
        msgspec.structs.replace(ROW_ZOE, points=FINISHED.points, last=NOW + 29 * HOUR, finished=True),
        ROW_FIRST,
    ),
    me=(FINISHED.points, NOW + 29 * HOUR),
    rank=2,
)
EMPTY_VIEW = p.BoardView(id=BOARD, version=0, total=0, size=25, top=())

INFO = p.Notice(
    id=1, at=START - HOUR, level="info", html="<p>Doors open at <strong>18:00 UTC</strong>. 👋</p>"
)
IMPORTANT = p.Notice(
    id=2, at=NOW - 3 * HOUR, level="important", html="<p>Question 3: the picture was fixed.</p>"
)
URGENT = p.Notice(
    id=3, at=NOW, level="urgent", html="<p>יש הפסקה קצרה. <em>The hunt pauses for ten minutes.</em></p>"
)

EXTRA_HINT = p.Notice(id=4, at=NOW, level="info", html="<p>Look <em>up</em>.</p>", hint_for=4)

FIRST_SOLVE = p.TickerItem(at=NOW - 2 * MINUTE, kind="first", player=3, name="Ørjan & Søn", q=5)
SOLVE = p.TickerItem(at=NOW - 90_000, kind="solve", player=17, name="Zoë 🦉", q=3)
FINISH = p.TickerItem(at=NOW - MINUTE, kind="finish", player=5, name="<b>Ada</b>", q=12)

WRONG_ITEM = p.FeedItem(
    id=9001,
    at=NOW - 9000,
    player=17,
    name="Zoë 🦉",
    q=4,
    kind="answer",
    text="the fountain?",
    verdict="wrong",
    repeat=False,
)
FEED = (
    WRONG_ITEM,
    msgspec.structs.replace(WRONG_ITEM, id=9002, at=NOW - 8000, text="THE  FOUNTAIN", repeat=True),
    msgspec.structs.replace(WRONG_ITEM, id=9003, at=NOW - 7000, kind="hint", text="", verdict="done"),
    msgspec.structs.replace(WRONG_ITEM, id=9004, at=NOW - 6000, text="noon lamp", verdict="close"),
    msgspec.structs.replace(WRONG_ITEM, id=9005, at=NOW - 5000, text="Mittagslaterne 🏮", verdict="correct"),
    msgspec.structs.replace(
        WRONG_ITEM,
        id=9006,
        at=NOW - 4000,
        player=88,
        name="謎解き倶楽部",
        q=5,
        kind="accept_close",
        text="νίψον",
        verdict="correct",
    ),
    msgspec.structs.replace(
        WRONG_ITEM, id=9008, at=NOW - HOUR, kind="regrade", text="noon lamps", verdict="correct"
    ),
    msgspec.structs.replace(
        WRONG_ITEM,
        id=9007,
        at=NOW - 3000,
        player=204,
        name="نور الليل",
        q=1,
        kind="skip",
        text="",
        verdict="done",
    ),
)
STATS = (
    p.QuestionStats(
        q=4, title="Four flames", here=61, attempts=488, wrong=371, close=40, solves=77, hints=29, skips=3
    ),
    p.QuestionStats(
        q=5, title="Παλίνδρομο", here=0, attempts=0, wrong=0, close=0, solves=0, hints=0, skips=0
    ),
)
SOCKETS = p.Sockets(players=188, spectators=2, organisers=3)

LINE = p.PlayerLine(
    player=17,
    name="Zoë 🦉",
    email="zoe@example.org",
    position=4,
    points=268,
    xp=65,
    rank=4,
    finished=False,
    hidden=False,
    banned=False,
    online=True,
)
LINE_DONE = msgspec.structs.replace(
    LINE,
    player=5,
    name="<b>Ada</b>",
    email="ada@example.org",
    position=13,
    points=1130,
    xp=20,
    rank=1,
    finished=True,
)
LINE_BANNED = msgspec.structs.replace(
    LINE,
    player=66,
    name="Mallory",
    email="mallory@example.org",
    position=2,
    points=98,
    rank=None,
    hidden=True,
    banned=True,
    online=False,
)
LEDGER = (
    p.LedgerLine(at=NOW - 7000, points=0, xp=-50, cause="hint", q=4, note=""),
    p.LedgerLine(at=NOW - 8 * MINUTE, points=0, xp=10, cause="tick", q=None, note=""),
    p.LedgerLine(at=NOW - 63 * MINUTE, points=91, xp=5, cause="solve", q=3, note=""),
    p.LedgerLine(
        at=NOW - 2 * HOUR, points=10, xp=0, cause="grant", q=None, note="the picture was missing — désolé"
    ),
)

SCORE = (
    p.ScoreLine(cause="solve", q=3, note="", times=1, points=91, xp=5),
    p.ScoreLine(cause="tick", q=None, note="", times=5, points=0, xp=50),
    p.ScoreLine(cause="hint", q=4, note="", times=1, points=0, xp=-50),
    p.ScoreLine(cause="grant", q=None, note="the picture was missing — désolé", times=1, points=10, xp=0),
)
GRANTED = p.AuditLine(
    id=41,
    at=NOW - 2 * HOUR,
    who="olga@example.org",
    action="player.grant",
    player=17,
    name="Zoë 🦉",
    q=None,
    note="the picture was missing — désolé",
    changes=(p.Change(what="points", before="258", after="268"),),
    undoes=None,
    undone=False,
    undoable=True,
)
READMITTED = p.AuditLine(
    id=40,
    at=NOW - 3 * HOUR,
    who="",
    action="player.unban",
    player=66,
    name="Mallory",
    q=None,
    note="Undone: a shared account",
    changes=(p.Change(what="banned", before="true", after="false"),),
    undoes=39,
    undone=False,
    undoable=True,
)
BANNED = msgspec.structs.replace(
    READMITTED,
    id=39,
    who="olga@example.org",
    action="player.ban",
    note="a shared account",
    changes=(p.Change(what="banned", before="false", after="true"),),
    undoes=None,
    undone=True,
    undoable=False,
)
EXTENDED = p.AuditLine(
    id=12,
    at=NOW - 4 * HOUR,
    who="olga@example.org",
    action="hunt.extend",
    player=None,
    name="",
    q=None,
    note="",
    changes=(p.Change(what="ends_at", before=str(END - HOUR), after=str(END)),),
    undoes=None,
    undone=False,
    undoable=False,
)
MENDED = msgspec.structs.replace(
    EXTENDED, id=11, action="question.mend", q=4, note="", changes=(p.Change("points", "100", "87"),)
)

MINUTES = (
    p.Minute(NOW // MINUTE - 1, right=31, close=9, wrong=64, hints=4, skips=1, accepted=2),
    p.Minute(NOW // MINUTE, right=7, close=1, wrong=20, hints=0, skips=0, accepted=0),
)
PROCESS = p.Process(
    process="5b1f0a92c4de7731",
    kind="web",
    host="web-1",
    pid=7,
    started=START - HOUR,
    at=NOW - 2400,
    state="up",
    here=True,
    sockets=p.Sockets(players=188, spectators=2, organisers=3),
    waiting=3,
    judging=11,
    lanes=2,
    door=0,
    reading=1,
    verdicts=133,
    p50=8.4,
    p99=41.0,
    lag_ms=3.1,
    rss=141_557_760,
    database=p.Link(ms=0.6, error="", error_at=None),
    bus=p.Link(ms=1.2, error="ConnectionError", error_at=NOW - HOUR),
    settled=None,
)
PROCESSES = (
    PROCESS,
    msgspec.structs.replace(
        PROCESS,
        process="c07d4e11a2b39f58",
        host="web-2",
        at=NOW - 21_000,
        state="silent",
        here=False,
        verdicts=0,
        p50=None,
        p99=None,
        lag_ms=None,
        rss=None,
        bus=p.Link(ms=None, error="no answer", error_at=NOW - 20_000),
    ),
    msgspec.structs.replace(
        PROCESS,
        process="11ce90ab35f2d846",
        kind="worker",
        host="worker-1",
        here=False,
        sockets=p.Sockets(players=0, spectators=0, organisers=0),
        waiting=0,
        judging=0,
        lanes=0,
        verdicts=0,
        p50=None,
        p99=None,
        lag_ms=None,
        bus=None,
        settled=17.2,
    ),
)

WALLS = (
    p.Wall(
        q=4,
        title="Four flames",
        here=61,
        median_since=HOUR,
        longest_since=9 * MINUTE,
        past_since=HOUR + MINUTE,
        tried=88,
        solved=9,
    ),
    p.Wall(
        q=5,
        title="Παλίνδρομο",
        here=0,
        median_since=None,
        longest_since=None,
        past_since=None,
        tried=0,
        solved=0,
    ),
)
GUESSES = (
    p.Guess(text="noon lamps", players=38, tries=41, closeness=94, verdict="correct", last=NOW - MINUTE),
    p.Guess(text="the fountain?", players=17, tries=25, closeness=31, verdict="wrong", last=NOW - 9000),
    p.Guess(text="noon lamp", players=5, tries=5, closeness=88, verdict="close", last=NOW - HOUR),
)

DECIDED = p.Decision(at=NOW - HOUR, who="boss", decision="clear", reason="Sisters at one table", bits=41.3)
PAIR = p.IntegrityPair(
    a=17,
    b=23,
    names=("Zoë", "Παύλος"),
    bits=52.4,
    guesses=3,
    steps=4,
    run=3,
    address=True,
    state="back",
    last=DECIDED,
)
SAME_GUESS = p.Evidence("guess", 9.8, 2, 1840, 4, "theredherring", (NOW - 9000, NOW - 4000), None)
IN_STEP = p.Evidence("step", 6.2, 11, 801, 4, "", (NOW - 3000, NOW), 3000)
AT_ONCE = p.Evidence("clean", 2.1, 3, 801, 4, "", (NOW - 3000, NOW), 3000)
ONE_ADDRESS = p.Evidence("address", 4.0, 2, 2, None, "", None, None)
LINED_UP = (
    p.PairLine(
        4,
        p.PairAct(4, NOW - 9000, "the red herring", "wrong"),
        p.PairAct(4, NOW - 4000, "The red Herring!", "wrong"),
        (SAME_GUESS,),
    ),
    p.PairLine(4, p.PairAct(4, NOW - 3600, "lantern", "wrong"), None, ()),
    p.PairLine(4, None, p.PairAct(4, NOW - 3500, "noon lamp", "close"), ()),
    p.PairLine(
        4,
        p.PairAct(4, NOW - 3000, "noon lamps", "correct"),
        p.PairAct(4, NOW, "noon lamps", "correct"),
        (IN_STEP, AT_ONCE),
    ),
)

TOKEN = "5f0c9a3be1d27744"
SOURCE = p.QuestionReply(
    id=command_id("question"),
    q=4,
    token=TOKEN,
    title="Four flames",
    text="Four lamps burn in the square. The **shortest shadow** keeps the key.",
    hint="Read the *left* edge of the ledger, not its lines.",
    image="/image/q3Zb",
    image_alt="Four street lamps around a fountain; one has no shadow.",
    answers=("noon lamp", "Mittagslaterne 🏮"),
    close=("a lamp at noon",),
    threshold=85,
    points=87,
)

OWNER = p.OrganiserLine(
    account=2,
    name="olga",
    email="olga@example.org",
    role="owner",
    fixed=True,
    last_login=START - HOUR,
)

# The longest that `answer` takes: 256 characters, each a surrogate pair in JavaScript.
LONGEST = "🏮" * 256


# --- the frames ---------------------------------------------------------------------------------------------


def frames() -> Iterator[Golden]:
    """All golden frames, grouped as in consumers/protocol."""
    yield from _player_in()
    yield from _organiser_in()
    yield from _shared_in()
    yield from _player_out()
    yield from _spectator_out()
    yield from _organiser_out()
    yield from _shared_out()


def _player_in() -> Iterator[Golden]:
    def sent(variant: str, record: p.Inbound) -> Golden:
        return Golden("player", "in", variant, record)

    yield sent("plain", p.Answer(id=command_id("answer"), q=4, text="Mittagslaterne 🏮"))
    yield sent("right to left", p.Answer(id=command_id("answer rtl"), q=4, text="מנורת הצהריים"))
    yield sent("as typed", p.Answer(id=command_id("answer typed"), q=4, text='  é "e\u0301"\t\\ </script> '))
    yield sent("nothing typed", p.Answer(id=command_id("answer empty"), q=1, text=""))
    yield sent("longest", p.Answer(id=command_id("answer longest"), q=10_000, text=LONGEST))
    yield sent("plain", p.AcceptClose(id=command_id("accept_close"), q=4, text="noon lamp"))
    yield sent("for points", p.Hint(id=command_id("hint"), q=4, pay="points"))
    yield sent("for XP", p.Hint(id=command_id("hint xp"), q=4, pay="xp"))
    yield sent("plain", p.Skip(id=command_id("skip"), q=4))
    yield sent("latest page", p.Story(id=command_id("story")))
    yield sent("earlier page", p.Story(id=command_id("story before"), before=5))
    yield sent("plain", p.Around(id=command_id("around")))
    yield sent("of this question", p.Crowd(id=command_id("crowd"), q=4, text=None, rival=None))
    yield sent(
        "of a guess and a rival",
        p.Crowd(id=command_id("crowd"), q=4, text="the fountain", rival=NEWCOMER.player),
    )
    yield sent("one", p.Seen(id=command_id("seen"), ids=(3,)))
    yield sent("several", p.Seen(id=command_id("seen several"), ids=(1, 2, 2**53 - 1)))


def _organiser_in() -> Iterator[Golden]:
    def sent(variant: str, record: p.Inbound) -> Golden:
        return Golden("organiser", "in", variant, record)

    text = "יש הפסקה קצרה. *The hunt pauses for ten minutes.*"
    yield sent("plain", p.Preview(id=command_id("preview"), text=text))
    yield sent("urgent", p.Announce(id=command_id("announce"), level="urgent", text=text))
    yield sent(
        "important", p.Announce(id=command_id("announce 2"), level="important", text="Question 3 is *fixed*.")
    )
    yield sent("info", p.Announce(id=command_id("announce 3"), level="info", text="👋\n\n- soup\n- tea"))
    stuck = p.Audience(q=4, minutes=20)
    yield sent("for some", p.Preview(id=command_id("preview some"), text="Look *up*.", to=stuck))
    yield sent(
        "an extra hint",
        p.Announce(id=command_id("announce 4"), level="info", text="Look *up*.", to=stuck, hint=True),
    )
    yield sent(
        "to one, later, in place of another",
        p.Announce(
            id=command_id("announce 5"),
            level="info",
            text="Your umbrella is at the desk.",
            to=p.Audience(player=17),
            at=NOW + HOUR,
            instead_of=8,
        ),
    )
    yield sent("plain", p.CallOff(id=command_id("call_off"), planned=8))
    yield sent("plain", p.Announcements(id=command_id("announcements")))
    yield sent("start", p.Control(id=command_id("start"), action="start"))
    yield sent("pause", p.Control(id=command_id("pause"), action="pause"))
    yield sent("resume", p.Control(id=command_id("resume"), action="resume"))
    yield sent("end", p.Control(id=command_id("end"), action="end"))
    yield sent("now", p.Freeze(id=command_id("freeze")))
    yield sent("at an instant", p.Freeze(id=command_id("freeze at"), at=END - HOUR))
    for act in ("start", "next", "back", "hold", "abort"):
        yield sent(act, p.RevealAct(id=command_id(f"reveal {act}"), action=act, step=4))
    yield sent("by the clock", p.RevealAct(id=command_id("reveal auto"), action="auto", seconds=6))
    yield sent("live again", p.Unfreeze(id=command_id("unfreeze")))
    for scene in ("board", "race", "moments", "wall", "story", "notice"):
        name: Any = scene
        yield sent(scene, p.Pin(id=command_id(f"pin {scene}"), scene=name))
    yield sent("by itself again", p.Pin(id=command_id("pin nothing"), scene=None))
    yield sent("extend", p.Control(id=command_id("extend"), action="extend", minutes=30))
    yield sent("reopen", p.Control(id=command_id("reopen"), action="reopen", token=TOKEN))
    yield sent("reschedule", p.Control(id=command_id("reschedule"), action="reschedule", at=START + HOUR))
    asks: tuple[p.ControlAction, ...] = ("start", "pause", "resume", "end", "reopen")
    for asked in asks:
        yield sent(asked, p.ControlPreview(id=command_id(f"{asked}?"), action=asked))
    yield sent("extend", p.ControlPreview(id=command_id("extend?"), action="extend", minutes=30))
    yield sent(
        "reschedule", p.ControlPreview(id=command_id("reschedule?"), action="reschedule", at=START + HOUR)
    )
    yield sent("by name", p.Find(id=command_id("find"), text="zoë"))
    yield sent("the leaders", p.Find(id=command_id("find leaders"), text=""))
    yield sent("plain", p.Inspect(id=command_id("inspect"), player=17))
    yield sent("an hour", p.PulseHistory(id=command_id("pulse_history"), span="hour"))
    yield sent("all of it", p.PulseHistory(id=command_id("pulse_history all"), span="hunt"))
    yield sent("walls", p.Watch(id=command_id("watch"), view="walls", q=4))
    yield sent("nothing any more", p.Watch(id=command_id("watch nothing"), view=None, q=None))
    yield sent("plain", p.IntegrityPairs(id=command_id("integrity")))
    yield sent("plain", p.IntegritySheet(id=command_id("integrity_pair"), a=17, b=23))
    for decision, reason in (("watch", ""), ("clear", "Sisters at one table"), ("confirm", "They said so")):
        label = f"integrity_decide {decision}"
        decided = p.IntegrityDecide(command_id(label), 17, 23, decision, reason)  # type: ignore[arg-type]
        yield sent(decision, decided)
    yield sent("plain", p.QuestionSource(id=command_id("question"), q=4))
    edits = p.Edits(
        title=p.Splice(at=5, cut=6, put="lamps"),
        text=p.Splice(at=0, cut=4, put="Five"),
        hint=p.Splice(at=9, cut=0, put="*left* "),
        image_alt=p.Splice(at=0, cut=4, put="Five"),
        points=87,
        threshold=90,
    )
    yield sent("plain", p.PreviewMend(id=command_id("mend_preview"), q=4, token=TOKEN, edits=edits))
    yield sent("everything", p.Mend(id=command_id("mend"), q=4, token=TOKEN, edits=edits))
    yield sent("points alone", p.Mend(id=command_id("mend 2"), q=4, token=TOKEN, edits=p.Edits(points=87)))
    yield sent(
        "a word alone",
        p.Mend(
            id=command_id("mend 3"), q=4, token=TOKEN, edits=p.Edits(title=p.Splice(at=0, cut=0, put="The "))
        ),
    )
    for verdict in ("correct", "close", "wrong"):
        yield sent(
            verdict,
            p.JudgeAs(id=command_id(f"judge_as {verdict}"), q=4, text="noon lamps", verdict=verdict),
        )
    yield sent("first page", p.Regrade(id=command_id("regrade"), q=4, page=0))
    yield sent("next page", p.Regrade(id=command_id("regrade 2"), q=4, page=1))
    yield sent(
        "plain",
        p.RegradeApply(id=command_id("regrade_apply"), q=4, token=TOKEN, reason="“noon lamps” is right, too"),
    )
    yield sent("plain", p.Exports(id=command_id("exports")))
    yield sent("latest page", p.Timeline(id=command_id("timeline"), player=17))
    yield sent(
        "earlier page", p.Timeline(id=command_id("timeline 2"), player=17, before=(NOW - 2 * HOUR, 2, 41))
    )
    yield sent(
        "points",
        p.Grant(
            id=command_id("grant"), player=17, points=10, xp=0, reason="the picture was missing — désolé"
        ),
    )
    yield sent(
        "XP taken", p.Grant(id=command_id("take"), player=17, points=0, xp=-25, reason="granted twice")
    )
    for action in ("hide", "show", "ban", "unban"):
        yield sent(
            action,
            p.Moderate(id=command_id(action), player=66, action=action, reason="a shared account"),
        )
    yield sent("plain", p.Undo(id=command_id("undo"), entry=39))
    yield sent("latest page", p.AuditTrail(id=command_id("audit")))
    yield sent("earlier page", p.AuditTrail(id=command_id("audit 2"), before=12))
    yield sent("plain", p.Webhooks(id=command_id("webhooks")))
    yield sent(
        "a chat",
        p.WebhookAdd(
            id=command_id("webhook add"),
            url="https://discord.com/api/webhooks/1/token",
            format="discord",
            events=("first_solve", "finish", "wall"),
            wall_minutes=45,
            wall_players=10,
        ),
    )
    yield sent(
        "a program",
        p.WebhookAdd(
            id=command_id("webhook add json"),
            url="https://hooks.example.org/enigma",
            format="json",
            events=("announcement", "solve"),
            wall_minutes=30,
            wall_players=5,
        ),
    )
    yield sent(
        "another chat",
        p.WebhookAdd(
            id=command_id("webhook add slack"),
            url="https://hooks.slack.com/services/T0/B0/token",
            format="slack",
            events=("finish",),
            wall_minutes=30,
            wall_players=5,
        ),
    )
    for deed in ("pause", "resume", "delete", "test"):
        yield sent(deed, p.WebhookAct(id=command_id(f"webhook {deed}"), webhook=2, action=deed))
    yield sent("plain", p.DeliveryAgain(id=command_id("delivery again"), delivery=41))
    yield sent("all", p.Organisers(id=command_id("organisers")))
    yield sent("looked for", p.Organisers(id=command_id("organisers text"), text="zoë"))
    for was, role in itertools.pairwise((None, "viewer", "moderator", "author", "owner", None)):
        yield sent(
            f"from {was} to {role}",
            p.Appoint(id=command_id(f"appoint {role}"), account=7, role=role, was=was),  # type: ignore[arg-type]
        )


def _shared_in() -> Iterator[Golden]:
    for role in ROLES:
        yield Golden(role, "in", "everything", p.Resync())
        yield Golden(role, "in", "the board alone", p.Resync(only="board"))
        yield Golden(role, "in", "plain", p.Ping(n=41))


def _player_out() -> Iterator[Golden]:
    def got(variant: str, record: p.Outbound) -> Golden:
        return Golden("player", "out", variant, record)

    live = p.Snapshot(
        protocol=p.PROTOCOL,
        now=NOW,
        hunt=HUNT,
        prices=PRICES,
        me=ZOE,
        question=QUESTION_4,
        story=(BLOCK_3, BLOCK_4),
        board=VIEW,
        announcements=(IMPORTANT, URGENT),
        hints=(EXTRA_HINT,),
    )
    yield got("live", live)
    yield got("extra hint", p.Announcement(notice=EXTRA_HINT))
    yield got(
        "before the start",
        msgspec.structs.replace(
            live,
            now=START - 90 * MINUTE,
            hunt=SCHEDULED,
            me=NEWCOMER,
            question=None,
            story=(),
            board=EMPTY_VIEW,
            announcements=(INFO,),
        ),
    )
    yield got("paused", msgspec.structs.replace(live, hunt=PAUSED, announcements=()))
    yield got(
        "ended",
        msgspec.structs.replace(
            live,
            now=END,
            hunt=ENDED,
            me=zoe(version=77, next_tick=None),
            question=None,
            announcements=(),
        ),
    )
    yield got(
        "hint paid with points, guesses throttled",
        msgspec.structs.replace(
            live, me=zoe(version=33, wait_ms=5400, hint="points", hint_html=HINT_HTML), announcements=()
        ),
    )
    yield got(
        "finished",
        msgspec.structs.replace(
            live,
            now=NOW + 30 * HOUR,
            me=FINISHED,
            question=None,
            story=(EPILOGUE,),
            board=VIEW_FINISHED,
            announcements=(),
        ),
    )
    yield got(
        "solve order",
        msgspec.structs.replace(
            live,
            hunt=BY_ORDER,
            me=SOLVED_4,
            question=QUESTION_5,
            story=(BLOCK_5, BLOCK_6),
            board=VIEW_LATER,
            announcements=(),
        ),
    )

    correct = p.VerdictReply(
        id=command_id("answer"),
        q=4,
        verdict="correct",
        repeat=False,
        accepted_close=False,
        award=p.Award(gross=87, hint=0, accept_close=0, total=87),
        xp=5,
        me=SOLVED_4,
        question=QUESTION_5,
        story=(BLOCK_5, BLOCK_6),
    )
    wrong = msgspec.structs.replace(
        correct,
        id=command_id("answer rtl"),
        verdict="wrong",
        award=None,
        xp=0,
        me=zoe(version=32),
        question=None,
        story=(),
    )
    yield got("correct", correct)
    yield got(
        "correct, with a hint and a close answer",
        msgspec.structs.replace(
            correct,
            id=command_id("accept_close"),
            accepted_close=True,
            award=p.Award(gross=87, hint=10, accept_close=10, total=67),
            xp=-95,
            me=zoe(version=32, position=5, points=335, xp=5, solves=4),
        ),
    )
    yield got(
        "correct, the last",
        msgspec.structs.replace(
            correct,
            id=command_id("answer last"),
            q=12,
            award=p.Award(gross=50, hint=0, accept_close=0, total=50),
            xp=0,
            me=FINISHED,
            question=None,
            story=(EPILOGUE,),
        ),
    )
    yield got("close", msgspec.structs.replace(wrong, id=command_id("answer close"), verdict="close"))
    yield got("wrong", wrong)
    yield got(
        "wrong again", msgspec.structs.replace(wrong, id=command_id("answer again"), repeat=True, me=ZOE)
    )
    yield got(
        "wrong, the next must wait",
        msgspec.structs.replace(wrong, id=command_id("answer fast"), me=zoe(version=36, wait_ms=6000)),
    )

    hint = p.HintReply(
        id=command_id("hint"),
        q=4,
        html=HINT_HTML,
        charged="points",
        me=zoe(version=32, hint="points", hint_html=HINT_HTML),
    )
    yield got("for points", hint)
    for_xp = msgspec.structs.replace(
        hint,
        id=command_id("hint xp"),
        charged="xp",
        me=zoe(version=32, xp=15, hint="xp", hint_html=HINT_HTML),
    )
    yield got("for XP", for_xp)
    yield got("paid before", msgspec.structs.replace(for_xp, id=command_id("hint again"), charged=None))

    skipped = p.SkipReply(
        id=command_id("skip"),
        q=4,
        me=zoe(version=32, position=5, xp=0),
        question=QUESTION_5,
        story=(BLOCK_5, BLOCK_6),
    )
    yield got("to the next", skipped)
    yield got(
        "the last",
        msgspec.structs.replace(
            skipped, id=command_id("skip last"), q=12, me=FINISHED, question=None, story=(EPILOGUE,)
        ),
    )

    yield got("latest page", p.StoryReply(id=command_id("story"), blocks=(BLOCK_3, BLOCK_4), before=4))
    yield got("the beginning", p.StoryReply(id=command_id("story before"), blocks=(BLOCK_3,), before=None))

    around = p.AroundReply(
        id=command_id("around"),
        board=BOARD,
        version=812,
        rank=4,
        ranks=(2, 3, 4, 5),
        rows=(ROW_FIRST, ROW_SECOND, ROW_ZOE, ROW_RTL),
    )
    yield got("ranked", around)
    yield got("not on the board", msgspec.structs.replace(around, rank=None, ranks=(), rows=()))
    crowd = p.CrowdReply(id=command_id("crowd"), q=4, here=112, tried=None, rival=None)
    yield got("of this question", crowd)
    rival = p.BoardRow(NEWCOMER.player, NEWCOMER.name, 300, START + 5 * HOUR, False)
    yield got("frozen", msgspec.structs.replace(crowd, here=None))
    yield got("of a guess and a rival", msgspec.structs.replace(crowd, tried=17, rival=rival))

    yield got("an hourly grant", p.Progress(me=zoe(version=32, xp=75)))
    yield got("solved in another tab", p.Progress(me=SOLVED_4, question=QUESTION_5, story=(BLOCK_5, BLOCK_6)))


def _reveals(role: p.Role) -> Iterator[Golden]:
    def step(variant: str, done: int, what: p.RevealStep | None, **more: Any) -> Golden:
        frame: dict[str, Any] = {"state": "on", "step": done, "steps": 9, "every_ms": None, "next": None}
        frame |= more
        return Golden(role, "out", variant, p.Reveal(done=what, **frame))

    ada = p.RevealStep(7, "Ada", 11, 1, 85, 1085, 4, 2)
    yield step("begun", 0, None, next=p.RevealFocus(7, "Ada", 1000, 4))
    yield step("the others", 1, p.RevealStep(None, "", None, 310, 9_120, 0, None, None), every_ms=6_000)
    yield step("a row", 5, ada, next=p.RevealFocus(7, "Ada", 1085, 2))
    podium = (p.BoardRow(7, "Ada", 1085, END - MINUTE, True), p.BoardRow(9, "Zoë", 990, END - HOUR, False))
    yield step("the end", 9, ada, state="over", podium=podium)
    yield step("broken off", 0, None, state="off", steps=0)


def _spectator_out() -> Iterator[Golden]:
    snapshot = p.BoardSnapshot(
        protocol=p.PROTOCOL,
        now=NOW,
        hunt=HUNT,
        board=PUBLIC_VIEW,
        ticker=(FINISH, SOLVE, FIRST_SOLVE),
        announcements=(URGENT, IMPORTANT, INFO),
    )
    yield Golden("spectator", "out", "live", snapshot)
    yield Golden(
        "spectator",
        "out",
        "before the start",
        msgspec.structs.replace(
            snapshot, now=START - HOUR, hunt=SCHEDULED, board=EMPTY_VIEW, ticker=(), announcements=()
        ),
    )
    yield Golden("spectator", "out", "plain", p.Ticker(items=(FIRST_SOLVE, SOLVE, FINISH)))
    posts = (p.Post(3, 12, HOUR), p.Post(4, 180, HOUR + MINUTE), p.Post(5, 21, None))
    yield Golden("spectator", "out", "live", p.Field(now=NOW, posts=posts))
    lines = (
        p.CourseLine(7, "Ada", (MINUTE, HOUR), (100, 285)),
        p.CourseLine(9, "Zoë", (2 * MINUTE, HOUR - 1, HOUR), (100, 220, 210)),
        p.CourseLine(NEWCOMER.player, NEWCOMER.name, (), ()),
    )
    yield Golden("spectator", "out", "live", p.Course(start=START, until=NOW, lines=lines))
    yield Golden("spectator", "out", "of three", p.Opening(html="<p>The lamp goes out at <em>nine</em>.</p>"))
    yield Golden("spectator", "out", "none", p.Opening(html=""))
    yield Golden("spectator", "out", "held", p.Scene("race"))
    yield Golden("spectator", "out", "free", p.Scene(None))
    yield Golden("organiser", "out", "held", p.Scene("race", "grace@example.org", NOW - MINUTE))
    yield Golden("organiser", "out", "free", p.Scene(None))


def _organiser_out() -> Iterator[Golden]:
    def got(variant: str, record: p.Outbound) -> Golden:
        return Golden("organiser", "out", variant, record)

    snapshot = p.ConsoleSnapshot(
        protocol=p.PROTOCOL,
        now=NOW,
        hunt=HUNT,
        players=214,
        finished=1,
        sockets=SOCKETS,
        questions=STATS,
        feed=FEED[::-1],
        announcements=(URGENT, IMPORTANT, INFO),
        board=PUBLIC_VIEW,
    )
    yield got("live", snapshot)
    yield got(
        "all",
        p.OrganisersReply(
            id=command_id("organisers"),
            rows=(
                OWNER,
                msgspec.structs.replace(OWNER, account=7, name="zoë", role="author", fixed=False),
                msgspec.structs.replace(OWNER, account=8, email="", role="moderator", last_login=None),
                msgspec.structs.replace(OWNER, account=9, role="viewer"),
                msgspec.structs.replace(OWNER, account=10, role=None),
            ),
        ),
    )
    yield got(
        "a pause",
        p.ControlPreviewReply(
            id=command_id("pause?"),
            token=TOKEN,
            phase=("live", "paused"),
            starts_at=(START, START),
            ends_at=(END, END),
            players=214,
            online=188,
            started=199,
            answering=190,
            clocks=198,
            finished=1,
        ),
    )
    for role, may in (
        ("viewer", ("find", "watch")),
        ("moderator", ("find", "watch", "announce")),
        ("author", ("find", "watch", "announce", "mend")),
        ("owner", ("find", "watch", "announce", "mend", "control", "/admin")),
    ):
        yield got(role, p.Rights(role, may))  # type: ignore[arg-type]
    yield got(
        "before the start",
        msgspec.structs.replace(
            snapshot,
            now=START - HOUR,
            hunt=SCHEDULED,
            players=0,
            finished=0,
            sockets=p.Sockets(players=0, spectators=0, organisers=1),
            feed=(),
            announcements=(),
            board=EMPTY_VIEW,
        ),
    )
    pulse = p.Pulse(
        now=NOW,
        players=214,
        finished=1,
        sockets=SOCKETS,
        questions=STATS[:1],
        feed=FEED,
        minutes=MINUTES[1:],
        accepted=26,
    )
    yield got("busy", pulse)
    yield got("quiet", msgspec.structs.replace(pulse, questions=(), feed=(), minutes=()))
    past = p.PulseHistoryReply(
        id=command_id("pulse_history"),
        span="hour",
        first=NOW // MINUTE - 1,
        step=1,
        since=NOW // MINUTE - 1,
        complete=True,
        counts=MINUTES,
        sockets=(None, SOCKETS),
        p50=(None, 8.4),
        p99=(None, 41.0),
    )
    yield got("hour", past)
    yield got("not all of it yet", msgspec.structs.replace(past, span="hunt", step=5, complete=False))
    health = p.Health(
        now=NOW,
        as_of=NOW - 800,
        sockets=SOCKETS,
        verdicts=133,
        p50=8.4,
        p99=41.0,
        here=((1, 12), (4, 61)),
        processes=PROCESSES,
    )
    yield got("one is silent", health)
    deploy = tuple(
        msgspec.structs.replace(PROCESS, process=f"{state:0<16}", state=state, here=False)
        for state in ("draining", "stopped")
    )
    yield got("a deploy", msgspec.structs.replace(health, processes=(PROCESS, *deploy)))
    yield got(
        "nobody was heard of",
        p.Health(
            now=NOW,
            as_of=0,
            sockets=p.Sockets(players=0, spectators=0, organisers=1),
            verdicts=0,
            p50=None,
            p99=None,
            here=(),
            processes=(PROCESSES[0],),
        ),
    )
    yield got("plain", p.PreviewReply(id=command_id("preview"), html=URGENT.html, players=214, online=188))
    to_all = p.SentLine(
        id=3,
        at=NOW,
        level="urgent",
        html=URGENT.html,
        who="olga@example.org",
        player=None,
        name="",
        q=None,
        minutes=None,
        hint=False,
        people=214,
        told=201,
        seen=188,
        solved=None,
    )
    to_the_stuck = msgspec.structs.replace(
        to_all,
        id=4,
        level="info",
        html=EXTRA_HINT.html,
        q=4,
        minutes=20,
        hint=True,
        people=31,
        told=29,
        seen=27,
        solved=9,
    )
    planned = p.PlannedLine(
        id=8,
        at=NOW + HOUR,
        late=False,
        level="info",
        text="Your *umbrella* is at the desk.",
        who="olga@example.org",
        player=17,
        name="Zoë 🦉",
        q=None,
        minutes=None,
        hint=False,
    )
    missed = msgspec.structs.replace(
        planned,
        id=7,
        at=NOW - 2 * HOUR,
        late=True,
        level="urgent",
        player=None,
        name="",
        q=4,
        minutes=20,
        hint=True,
    )
    in_person = msgspec.structs.replace(
        to_all, id=2, level="important", player=17, name="Zoë 🦉", people=1, told=1, seen=0
    )
    second = msgspec.structs.replace(planned, id=9, level="important", player=None, name="")
    yield got(
        "sent and planned",
        p.AnnouncementsReply(
            id=command_id("announcements"),
            sent=(to_the_stuck, to_all, in_person),
            planned=(missed, planned, second),
            left_out=0,
        ),
    )
    yield got(
        "nothing yet", p.AnnouncementsReply(id=command_id("announcements"), sent=(), planned=(), left_out=0)
    )
    yield got("found", p.PlayersReply(id=command_id("find"), total=73, rows=(LINE, LINE_DONE, LINE_BANNED)))
    yield got("nobody", p.PlayersReply(id=command_id("find nobody"), total=0, rows=()))
    yield got("plain", p.PlayerReply(id=command_id("inspect"), line=LINE, me=ZOE, score=SCORE))
    happened = (
        *(p.Happening(attempt=item, entry=None, action=None) for item in FEED[4::-1]),
        *(p.Happening(attempt=None, entry=entry, action=None) for entry in LEDGER),
        p.Happening(attempt=None, entry=None, action=GRANTED),
    )
    yield got("stuck", p.Walls(now=NOW, rows=WALLS))
    tried = p.Guesses(q=4, title="Four flames", total=163, groups=GUESSES)
    yield got("tried", tried)
    yield got("nothing", msgspec.structs.replace(tried, q=5, title="Παλίνδρομο", total=0, groups=()))
    yield got("with a picture", SOURCE)
    bare = msgspec.structs.replace(SOURCE, hint="", image=None, image_alt="", close=(), threshold=0)
    yield got("bare", bare)
    yield got(
        "plain",
        p.MendPreviewReply(id=command_id("mend_preview"), html=QUESTION_4.html, hint_html=HINT_HTML),
    )
    judged_again = p.RegradeReply(
        id=command_id("regrade"),
        q=4,
        title="Four flames",
        token=TOKEN,
        players=138,
        solves=38,
        moved=31,
        points=2914,
        xp=265,
        rows=(
            p.RegradeLine(
                player=17, name="Zoë 🦉", points=(268, 343), xp=(65, 70), position=(4, 5), rank=(9, 4)
            ),
            p.RegradeLine(
                player=66, name="Mallory", points=(98, 120), xp=(0, 75), position=(6, 6), rank=(None, None)
            ),
        ),
        next=1,
    )
    yield got("a page", judged_again)
    yield got(
        "nobody",
        msgspec.structs.replace(
            judged_again, players=0, solves=0, moved=0, points=0, xp=0, rows=(), next=None
        ),
    )
    yield got(
        "plain",
        p.ExportsReply(
            id=command_id("exports"),
            tables=(
                p.ExportSize(what="results", rows=214, csv=61_204, json=118_770),
                p.ExportSize(what="attempts", rows=9_412, csv=1_471_203, json=3_388_941),
                p.ExportSize(what="ledger", rows=4_006, csv=480_720, json=1_042_560),
            ),
        ),
    )
    timeline = p.TimelineReply(
        id=command_id("timeline"), player=17, rows=happened, before=(GRANTED.at, 2, GRANTED.id)
    )
    yield got("latest page", timeline)
    yield got("the beginning", msgspec.structs.replace(timeline, rows=happened[-1:], before=None))
    fresh = msgspec.structs.replace(
        PAIR, a=4, b=9, names=("Ada", "Bob"), address=False, state="new", last=None
    )
    others = [
        msgspec.structs.replace(
            PAIR,
            b=31 + n,
            state=state,
            last=msgspec.structs.replace(DECIDED, decision=decision, reason=reason),
        )
        for n, (state, decision, reason) in enumerate(
            (
                ("watch", "watch", ""),
                ("cleared", "clear", "A class"),
                ("confirmed", "confirm", "They said so"),
            )
        )
    ]
    suspects = p.IntegrityReply(
        id=command_id("integrity"), floor=24.7, players=1840, pairs=(PAIR, fresh, *others)
    )
    yield got("pairs", suspects)
    yield got("nothing", msgspec.structs.replace(suspects, floor=4.0, players=0, pairs=()))
    yield got(
        "side by side",
        p.IntegrityPairReply(
            id=command_id("integrity_pair"),
            pair=PAIR,
            parts=(SAME_GUESS, IN_STEP, ONE_ADDRESS, AT_ONCE),
            lines=LINED_UP,
            left_out=12,
            decisions=(DECIDED,),
        ),
    )
    trail = p.AuditReply(
        id=command_id("audit"), rows=(GRANTED, READMITTED, BANNED, EXTENDED, MENDED), before=11
    )
    yield got("latest page", trail)
    yield got("nothing", msgspec.structs.replace(trail, rows=(), before=None))
    yield got(
        "two chats and a program",
        p.WebhooksReply(
            id=command_id("webhooks"),
            webhooks=(
                p.WebhookLine(
                    webhook=1,
                    url="https://hooks.example.org/enigma",
                    format="json",
                    events=("announcement", "solve"),
                    active=False,
                    wall_minutes=30,
                    wall_players=5,
                    waiting=0,
                    failed=1,
                ),
                p.WebhookLine(
                    webhook=2,
                    url="https://discord.com/…",
                    format="discord",
                    events=("finish", "first_solve", "wall"),
                    active=True,
                    wall_minutes=45,
                    wall_players=10,
                    waiting=1,
                    failed=0,
                ),
                p.WebhookLine(
                    webhook=3,
                    url="https://hooks.slack.com/…",
                    format="slack",
                    events=("finish",),
                    active=True,
                    wall_minutes=30,
                    wall_players=5,
                    waiting=0,
                    failed=0,
                ),
            ),
            deliveries=(
                p.DeliveryLine(
                    *(42, 2, NOW - 4_000, "The Lamp: Zoë has finished!", "waiting", 1, NOW + 3_000),
                    error="HTTP 500: internal error",
                ),
                p.DeliveryLine(
                    *(
                        41,
                        1,
                        NOW - 50 * MINUTE,
                        "The Lamp: Zoë solved no. 4.",
                        "failed",
                        10,
                        NOW - 30 * MINUTE,
                    ),
                    error="HTTP 302: redirects are not followed",
                ),
                p.DeliveryLine(
                    *(40, 2, NOW - HOUR, "The Lamp: a test event.", "delivered", 1, NOW - HOUR), error=""
                ),
            ),
        ),
    )
    yield got(
        "plain",
        p.WebhookAdded(
            id=command_id("webhook add"), webhook=3, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        ),
    )


def _shared_out() -> Iterator[Golden]:
    delta = p.BoardDelta(
        board=BOARD,
        base=812,
        version=813,
        total=215,
        moves=(
            p.BoardMove(player=17, old=(268, NOW - 63 * MINUTE), new=(355, NOW), rank=4),
            p.BoardMove(player=205, old=None, new=(0, None), rank=None),
            p.BoardMove(player=66, old=(98, NOW - HOUR), new=None, rank=None),
        ),
        rows=(msgspec.structs.replace(ROW_ZOE, points=355, last=NOW),),
    )
    for role in ROLES:
        yield Golden(role, "out", "moved, joined, hidden", delta)
        yield Golden(
            role,
            "out",
            "nobody near the top",
            p.BoardDelta(
                board=BOARD,
                base=813,
                version=814,
                total=215,
                moves=(p.BoardMove(player=204, old=(0, None), new=(100, NOW), rank=140),),
                rows=(),
            ),
        )
        yield Golden(role, "out", "plain", p.Beacon(board=BOARD, version=814, now=NOW + 15_000))
        yield Golden(role, "out", "urgent", p.Announcement(notice=URGENT))
        yield Golden(role, "out", "info", p.Announcement(notice=INFO))
        yield Golden(role, "out", "paused", p.HuntChanged(now=NOW, hunt=PAUSED, spread_ms=0))
        yield Golden(role, "out", "started", p.HuntChanged(now=START, hunt=HUNT, spread_ms=3000))
        yield from _reveals(role)
        yield Golden(role, "out", "frozen", p.HuntChanged(now=END - HOUR, hunt=FROZEN, spread_ms=0))
        yield Golden(role, "out", "ended", p.HuntChanged(now=END, hunt=ENDED, spread_ms=0))
        yield Golden(role, "out", "plain", p.Restart(in_ms=2750))
        yield Golden(role, "out", "plain", p.Pong(n=41, now=NOW))
        yield Golden(
            role,
            "out",
            "unreadable",
            p.Error(id=None, code="bad_json", text="The frame is not a JSON object."),
        )
        mine = VIEW_LATER if role == "player" else msgspec.structs.replace(VIEW_LATER, me=None, rank=None)
        yield Golden(role, "out", "plain", p.BoardFrame(board=mine))
    yield Golden("player", "out", "plain", p.Ok(id=command_id("seen")))
    yield Golden("organiser", "out", "plain", p.Ok(id=command_id("announce")))
    yield Golden(
        "player",
        "out",
        "refused",
        p.Error(
            id=command_id("answer stale"), code="stale_question", text="You are on another question now."
        ),
    )
    yield Golden(
        "player",
        "out",
        "later",
        p.Error(
            id=command_id("answer fast"),
            code="too_many_guesses",
            text="Too many wrong guesses. Take a breath and try again in a moment.",
            wait_ms=5400,
        ),
    )
    yield Golden(
        "organiser",
        "out",
        "refused",
        p.Error(id=command_id("extend"), code="invalid", text="The end must be in the future."),
    )


# --- the file -----------------------------------------------------------------------------------------------


def render() -> str:
    """The text of frames.json: a JSON array, one frame on each line, so that a change reads as one line."""
    lines = (json.dumps(golden.as_entry(), ensure_ascii=False, separators=(",", ":")) for golden in frames())
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(render(), encoding="utf-8")
