"""What is needed to weigh who plays together, reduced by the database: of players who share nothing no row leaves it.

`everybody` and `pairs` read all attempts of a hunt and are asked for by a console every so often, never by players;
the rest looks at two players, or at those of a list. The rules are `rules.integrity`; a test holds these statements to
them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from django.db import connection, transaction
from django.db.models import Count
from msgspec import Struct

from enigma_rt import rows
from game.errors import NotFound
from game.models import Attempt, Hunt, IntegrityDecision, Player, PlayerAddress
from game.queries import content
from game.queries.room import fitting
from game.rules import integrity as rules
from game.rules.integrity import Act, Bin, Ends, Facts, Field, Kind, Line, Pair, Part, Shared, Solve, Step
from game.rules.matching import Verdict, judge_normalised

PAIRS, LISTED, LISTED_BYTES = 300, 100, 36 * 1024
LINES_BYTES = 24 * 1024
SHARED_AT_MOST = 300
"""Guesses that two have in common: those are looked at."""
PATIENCE_MS = 20_000
"""These two statements go through a million rows; nobody's answer waits for them."""
MISSED = (Attempt.Verdict.WRONG, Attempt.Verdict.CLOSE)
GUESSES = (Attempt.Kind.ANSWER, Attempt.Kind.ACCEPT_CLOSE, Attempt.Kind.REGRADE)


class Everybody(Struct, frozen=True):
    """What everybody did, by question. `players`: how many are to be compared; `floor`: from how many bits on a pair of
    them is worth a look."""

    fields: dict[int, Field]
    players: int
    floor: float


class DecisionView(Struct, frozen=True):
    at: int
    who: str
    decision: str
    reason: str
    bits: float


class PairView(Struct, frozen=True):
    """A pair in the list. `guesses`, `steps`: how many of them; `run`: questions in a row in step; `address`: one that
    few others have."""

    a: int
    b: int
    names: tuple[str, str]
    bits: float
    guesses: int
    steps: int
    run: int
    address: bool
    state: str
    last: DecisionView | None


class PairSheet(Struct, frozen=True):
    """Everything about a pair. `parts`: the evidence; `lines`: both timelines beside each other, `left_out` acts of
    them are not shown; `decisions`: newest first."""

    view: PairView
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    left_out: int
    decisions: tuple[DecisionView, ...]


# --- everybody ------------------------------------------------------------------------------------------------------


def everybody(hunt_id: int) -> Everybody:
    """One pass over the hunt's attempts; at most a few hundred rows a question come back."""
    positions = _positions(hunt_id)
    tried: dict[int, int] = defaultdict(int)
    bins: dict[int, list[Bin]] = defaultdict(list)
    for question, start, players, clean in _slowly((_FIELD, [hunt_id])):
        if (q := positions.get(question)) is None:
            continue
        tried[q] += players
        if start is not None:
            bins[q].append(Bin(int(start), players, int(clean)))
    held = {q: Field(count, tuple(sorted(bins[q], key=lambda one: one.start))) for q, count in tried.items()}
    players = max((field.tried for field in held.values()), default=0)
    return Everybody(held, players, rules.noteworthy(players))


def pairs(hunt_id: int, all_do: Everybody) -> tuple[Pair, ...]:
    """Those who share most, best first: of every pair that has two things in common, be it guesses or steps, at most
    PAIRS are weighed. An address alone makes no pair."""
    hunt = Hunt.objects.get(id=hunt_id)
    items = {item.id: item for item in content.of(hunt).items}
    found: dict[Ends, Facts] = defaultdict(Facts)
    for a, b, question, text, number, at_a, at_b, took_a, took_b in _slowly((_shares(), [hunt_id, hunt_id])):
        item = items.get(question)
        if item is None:
            continue
        q = item.view.q
        if took_a is None:
            # A guess that has been accepted since is no wrong one any more: everybody may have had it.
            if judge_normalised(item.puzzle.key, text) is not Verdict.CORRECT:
                found[a, b].guesses.append(Shared(q, text, number, (at_a, at_b)))
        else:
            found[a, b].steps.append(Step(q, (at_a, at_b), (took_a, took_b), number))
    players = {player for pair in found for player in pair}
    tried, behind = _tries(hunt_id, players), _behind(players)
    weighed = (
        rules.weigh(pair, facts, all_do.fields, tried, _shared_address(pair, *behind))
        for pair, facts in found.items()
    )
    return tuple(
        sorted(
            (pair for pair in weighed if pair.bits >= all_do.floor),
            key=lambda pair: (-pair.bits, pair.a, pair.b),
        )
    )


def listed(hunt_id: int, found: Iterable[Pair]) -> tuple[PairView, ...]:
    """These, and those that were decided on, as they are to be listed: open ones first, then by their bits."""
    decided = _decisions(hunt_id)
    shown = {(pair.a, pair.b): pair for pair in found}
    names = _names(player for pair in (*shown, *decided) for player in pair)
    views = [_view(pair, names, decided.get(ends, ())) for ends, pair in shown.items()]
    for (a, b), those in decided.items():
        if (a, b) not in shown:
            # Below what is listed today: as it was when it was decided on.
            views.append(_view(Pair(a, b, _then(those[0])), names, those))
    over = (rules.State.CLEARED, rules.State.CONFIRMED)
    views.sort(key=lambda view: (view.state in over, -view.bits, view.a, view.b))
    return fitting(views[:LISTED], LISTED_BYTES)


# --- two ------------------------------------------------------------------------------------------------------------


def sheet(hunt_id: int, a: int, b: int, all_do: Everybody) -> PairSheet:
    """Raises NotFound when the two are not two of the hunt's players."""
    pair, acts = _weighed(hunt_id, a, b, all_do)
    decided = _decisions(hunt_id, (pair.a, pair.b)).get((pair.a, pair.b), ())
    lines, left_out = rules.line_up(acts[pair.a], acts[pair.b], pair.parts)
    shown = fitting(lines, LINES_BYTES)
    left_out += sum((line.left is not None) + (line.right is not None) for line in lines[len(shown) :])
    return PairSheet(
        view=_view(pair, _names((pair.a, pair.b)), decided),
        parts=pair.parts[:LISTED],
        lines=shown,
        left_out=left_out,
        decisions=tuple(_decision(row) for row in decided[:20]),
    )


def weighed(hunt_id: int, a: int, b: int, all_do: Everybody) -> Pair:
    """The evidence about two players as it is now. Raises NotFound."""
    return _weighed(hunt_id, a, b, all_do)[0]


def _weighed(hunt_id: int, a: int, b: int, all_do: Everybody) -> tuple[Pair, dict[int, list[Act]]]:
    a, b = sorted((a, b))
    hunt = Hunt.objects.filter(id=hunt_id).first()
    if hunt is None or a == b or Player.objects.filter(hunt=hunt, id__in=(a, b)).count() != len({a, b}):
        raise NotFound
    items = {item.id: item for item in content.of(hunt).items}
    acts: dict[int, list[Act]] = {a: [], b: []}
    guesses: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    solved: dict[int, list[Solve]] = defaultdict(list)
    for row in Attempt.objects.filter(player_id__in=(a, b), kind__in=GUESSES).order_by("at", "id"):
        item = items.get(row.question_id)
        if item is None or row.repeat:
            continue
        acts[row.player_id].append(Act(item.view.q, row.at, row.text, row.verdict))
        if row.verdict == Attempt.Verdict.CORRECT:
            if row.elapsed_ms is not None:
                solved[row.question_id].append(Solve(row.player_id, item.view.q, row.at, row.elapsed_ms))
        elif len(row.normalised) >= rules.SHORTEST:
            guesses[row.question_id, row.normalised][row.player_id] = row.at
    both = [
        (question, text)
        for (question, text), at in guesses.items()
        if len(at) == len(acts) and judge_normalised(items[question].puzzle.key, text) is not Verdict.CORRECT
    ][:SHARED_AT_MOST]
    facts = Facts()
    for question, text, typed in _typed(both):
        at = guesses[question, text]
        if (question, text) in both and typed <= rules.RARE:
            facts.guesses.append(Shared(items[question].view.q, text, typed, (at[a], at[b])))
    for question, two in solved.items():
        if len(two) == len(acts):
            facts.steps += [step for pair, step in rules.steps(_around(question, two)) if pair == (a, b)]
    behind = _shared_address((a, b), *_behind((a, b)))
    return rules.weigh((a, b), facts, all_do.fields, _tries(hunt_id, (a, b)), behind), acts


def _typed(both: list[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """How many players have made each of these guesses."""
    if both:
        questions, texts = zip(*both, strict=True)
        yield from (
            Attempt.objects.filter(
                verdict__in=MISSED, question_id__in=set(questions), normalised__in=set(texts), repeat=False
            )
            .order_by()
            .values_list("question_id", "normalised")
            .annotate(Count("id"))
        )


def _around(question: int, two: list[Solve]) -> list[Solve]:
    """Those of the question who are needed to say whether these two are neighbours, and in what a crowd."""
    instants = sorted(solve.at for solve in two)
    if instants[1] - instants[0] > rules.NEAR_MS:
        return []
    around = Attempt.objects.filter(
        verdict=Attempt.Verdict.CORRECT,
        question_id=question,
        elapsed_ms__isnull=False,
        at__gte=instants[0] - rules.CROWD_MS,
        at__lte=instants[1] + rules.CROWD_MS,
    )
    q = two[0].q
    return [
        Solve(player, q, at, took)
        for player, at, took in around.values_list("player", "at", "elapsed_ms")
        if took is not None
    ]


# --- parts ----------------------------------------------------------------------------------------------------------


def _positions(hunt_id: int) -> dict[int, int]:
    return {item.id: item.view.q for item in content.of(Hunt.objects.get(id=hunt_id)).items}


def _tries(hunt_id: int, players: Iterable[int]) -> dict[Ends, int]:
    """Different wrong guesses of these players, by (player, position)."""
    positions = _positions(hunt_id)
    counts = (
        Attempt.objects.filter(player_id__in=set(players), verdict__in=MISSED, repeat=False)
        .order_by()
        .values_list("player_id", "question_id")
        .annotate(Count("id"))
    )
    return {(player, positions[q]): count for player, q, count in counts if q in positions}


def _behind(players: Iterable[int]) -> tuple[Mapping[int, set[str]], Mapping[str, int]]:
    """(the addresses of these players, how many players each has)."""
    of: dict[int, set[str]] = defaultdict(set)
    for player, digest in PlayerAddress.objects.filter(player_id__in=set(players)).values_list(
        "player_id", "digest"
    ):
        of[player].add(digest)
    every = set[str]().union(*of.values())
    counts = PlayerAddress.objects.filter(digest__in=every).order_by().values_list("digest")
    return of, dict(counts.annotate(Count("id")))


def _shared_address(pair: Ends, of: Mapping[int, set[str]], counts: Mapping[str, int]) -> int:
    """How many players the quietest address has that both came from; 0 without one."""
    both = of.get(pair[0], set()) & of.get(pair[1], set())
    return min((counts[digest] for digest in both), default=0)


def _names(players: Iterable[int]) -> dict[int, str]:
    return dict(Player.objects.filter(id__in=set(players)).values_list("id", "name"))


def _decisions(hunt_id: int, of: Ends | None = None) -> dict[Ends, list[IntegrityDecision]]:
    """Newest first, by pair."""
    found: dict[Ends, list[IntegrityDecision]] = defaultdict(list)
    decisions = IntegrityDecision.objects.filter(hunt_id=hunt_id).select_related("user").order_by("-id")
    for row in decisions if of is None else decisions.filter(a=of[0], b=of[1]):
        found[row.a_id, row.b_id].append(row)
    return dict(found)


def _then(row: IntegrityDecision) -> tuple[Part, ...]:
    return msgspec.convert(row.evidence, tuple[Part, ...])


def holds(last: IntegrityDecision | None) -> tuple[str | None, float]:
    """(the decision that holds, the bits that it was made on)."""
    return (last.decision, last.bits) if last else (None, 0.0)


def _decision(row: IntegrityDecision) -> DecisionView:
    return DecisionView(
        row.at, row.user.get_username() if row.user else "", row.decision, row.reason, row.bits
    )


def _view(pair: Pair, names: Mapping[int, str], decided: Iterable[IntegrityDecision]) -> PairView:
    last = next(iter(decided), None)
    state = rules.state_of(pair.bits, *holds(last))
    return PairView(
        a=pair.a,
        b=pair.b,
        names=(names.get(pair.a, ""), names.get(pair.b, "")),
        bits=pair.bits,
        guesses=pair.count(Kind.GUESS),
        steps=pair.count(Kind.STEP),
        run=pair.run,
        address=bool(pair.count(Kind.ADDRESS)),
        state=state.value,
        last=_decision(last) if last else None,
    )


def _slowly(statement: rows.Statement) -> list[rows.Row]:
    if connection.vendor != "postgresql":
        return rows.run(statement)[0]  # a transaction would be a writer there
    with transaction.atomic():
        return rows.run((f"SET LOCAL statement_timeout = {PATIENCE_MS}", ()), statement)[1]


# --- statements -----------------------------------------------------------------------------------------------------

# The start of the band's step that a time falls into, as `rules.bin_start` says.
_BIN = "CASE {} END".format(
    " ".join(
        f"WHEN took >= {start} THEN {start} + (took - {start}) / {width} * {width}"
        for start, width in reversed(rules.BANDS)
    )
)
_FIELD = f"""
    SELECT question_id, {_BIN}, COUNT(*), SUM(CASE WHEN missed = 0 THEN 1 ELSE 0 END)
    FROM (
        SELECT question_id, player_id,
            MAX(CASE WHEN verdict = 'correct' THEN elapsed_ms END) AS took,
            MAX(CASE WHEN verdict = 'correct' THEN 0 ELSE 1 END) AS missed
        FROM game_attempt
        WHERE hunt_id = %s AND verdict IN ('correct', 'wrong', 'close')
        GROUP BY question_id, player_id
    ) AS one
    GROUP BY 1, 2
"""
_LEADS = ", ".join(
    f"LEAD({column}, {k}) OVER solves AS {name}_{k}"
    for k in range(1, rules.NEXT + 1)
    for column, name in (("player_id", "other"), ("at", "at"), ("elapsed_ms", "took"))
)
_NEAR = " UNION ALL ".join(
    "SELECT question_id, player_id AS one, at AS one_at, elapsed_ms AS one_took, crowd,"
    f" other_{k} AS other, at_{k} AS other_at, took_{k} AS other_took"
    f" FROM solved WHERE at_{k} - at <= {rules.NEAR_MS}"
    for k in range(1, rules.NEXT + 1)
)


def _shares() -> str:
    """Guesses and steps of every pair that has two of them; the pairs that have most, by a rough weight."""
    return f"""
    WITH rare AS MATERIALIZED (
        SELECT question_id, normalised, COUNT(*) AS typed FROM game_attempt
        WHERE hunt_id = %s AND verdict IN ('wrong', 'close') AND NOT "repeat"
            AND LENGTH(normalised) >= {rules.SHORTEST}
        GROUP BY question_id, normalised HAVING COUNT(*) BETWEEN 2 AND {rules.RARE}
    ), tries AS MATERIALIZED (
        SELECT t.player_id, t.question_id, t.normalised, t.at, rare.typed
        FROM rare JOIN game_attempt t ON t.question_id = rare.question_id AND t.normalised = rare.normalised
        WHERE t.verdict IN ('wrong', 'close') AND NOT t."repeat"
    ), shared AS MATERIALIZED (
        SELECT x.player_id AS a, y.player_id AS b, x.question_id, x.normalised, x.typed, x.at AS a_at, y.at AS b_at
        FROM tries x JOIN tries y
            ON y.question_id = x.question_id AND y.normalised = x.normalised AND y.player_id > x.player_id
    ), solved AS MATERIALIZED (
        SELECT question_id, player_id, at, elapsed_ms,
            COUNT(*) OVER (
                PARTITION BY question_id ORDER BY at
                RANGE BETWEEN {rules.CROWD_MS} PRECEDING AND {rules.CROWD_MS} FOLLOWING
            ) AS crowd,
            {_LEADS}
        FROM game_attempt WHERE hunt_id = %s AND verdict = 'correct' AND elapsed_ms IS NOT NULL
        WINDOW solves AS (PARTITION BY question_id ORDER BY at, player_id)
    ), near AS MATERIALIZED (
        SELECT question_id, crowd,
            CASE WHEN one < other THEN one ELSE other END AS a,
            CASE WHEN one < other THEN other ELSE one END AS b,
            CASE WHEN one < other THEN one_at ELSE other_at END AS a_at,
            CASE WHEN one < other THEN other_at ELSE one_at END AS b_at,
            CASE WHEN one < other THEN one_took ELSE other_took END AS a_took,
            CASE WHEN one < other THEN other_took ELSE one_took END AS b_took
        FROM ({_NEAR}) AS near_ones
    ), best AS MATERIALIZED (
        SELECT a, b FROM (
            SELECT a, b, CASE WHEN typed < 3 THEN 10 WHEN typed < 5 THEN 9 ELSE 8 END AS about FROM shared
            UNION ALL
            SELECT a, b, CASE WHEN crowd < 5 THEN 7 WHEN crowd < 17 THEN 5 WHEN crowd < 65 THEN 2 ELSE 0 END FROM near
        ) AS every
        GROUP BY a, b HAVING COUNT(*) > 1 ORDER BY SUM(about) DESC, a, b LIMIT {PAIRS}
    )
    SELECT a, b, question_id, normalised, typed, a_at, b_at, NULL, NULL FROM best JOIN shared USING (a, b)
    UNION ALL
    SELECT a, b, question_id, '', crowd, a_at, b_at, a_took, b_took FROM best JOIN near USING (a, b)
    """
