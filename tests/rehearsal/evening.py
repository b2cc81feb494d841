"""An evening that never was: what two client processes would have told of it, for the tests of what is made of that."""

import math
from random import Random
from uuid import UUID

from enigma_rt.rehearsal.book import Book
from enigma_rt.rehearsal.echoes import Echo
from enigma_rt.rehearsal.gauges import Load
from enigma_rt.rehearsal.habits import Pace
from enigma_rt.rehearsal.journal import ARRIVAL, HERD, RESTART, Absence, Counts, Fresh, Solve
from enigma_rt.rehearsal.messages import Plan, Tick
from enigma_rt.rehearsal.play import Played
from enigma_rt.rehearsal.summary import Course
from enigma_rt.rehearsal.timeline import Timeline
from enigma_rt.rehearsal.truth import Outcome
from enigma_rt.rehearsal.watch import Machine

SECONDS, TABS, STORM_S, HERD_S, RESTART_S = 180, 1400, 30, 90, 140
SOLVES = 6
PLAN = Plan(
    urls=("http://127.0.0.1:8000",),
    seconds=SECONDS,
    seed=26,
    pace=Pace(4.5),
    arrival=STORM_S,
    solves=2.0 * SOLVES,
    herds=(float(HERD_S),),
)
COURSE = Course(
    players=1000,
    processes=2,
    seed=26,
    accounts="accounts made in the database",
    here=True,
    ledger="",
    wanted_solves=2.0 * SOLVES,
    speed=10,
)


def played(course: Course = COURSE) -> Played:
    dice = Random(26)
    timeline = Timeline()
    latencies: list[float] = []
    solves = 0
    for second in range(1, SECONDS + 1):
        for process in (0, 1):
            tick = _tick(second, process, dice, solves)
            latencies += tick.fresh.verdicts
            timeline.add(process, tick)
        solves += SOLVES
    told = {str(UUID(int=number)): Outcome("answer", 1, "correct", points=90) for number in range(2 * solves)}
    book = Book(
        told=told,
        kinds={"answer": 4200, "hint": 300, "story": 200},
        refusals={"too_many_guesses": 41},
        verdicts={"correct": 2 * solves, "wrong": 1900, "close": 230},
        errors={"too_many_guesses": 41, "retry_later": 3},
        closes={4503: 118, 1012: 9},
        counts=Counts(
            snapshots=4300, reconnects=2800, reloads=70, drops=1430, deltas=240_000, board_checks=1400
        ),
        latencies=latencies,
        detours=[0.4, 0.9, 1.6],
        players=list(range(1, course.players + 1)),
        hunt=1,
        title="The Twenty-Sixth Lamp",
    )
    loads = [_load(second, dice) for second in range(2, SECONDS, 2)]
    machine = [Machine(float(second), 1.2, 2, 6e9) for second in range(2, SECONDS, 2)]
    return Played(float(SECONDS), book, timeline, loads, machine, {}, checked=True)


def _online(second: int) -> int:
    if second < STORM_S:
        return TABS * second // STORM_S
    since_herd = second - HERD_S
    return round(TABS * min(1.0, since_herd / 8)) if 0 <= since_herd < 8 else TABS


def _stress(second: int) -> float:
    return 1 + 3 * (second < STORM_S) + 6 * (0 <= second - HERD_S < 9) + 2 * (0 <= second - RESTART_S < 12)


def _tick(second: int, process: int, dice: Random, solves: int) -> Tick:
    half, stress = TABS // 2, _stress(second)
    absences, connects = [], []
    if second <= STORM_S:
        count = half // STORM_S
        absences = [Absence(second - 1.0, second - 1 + dice.expovariate(3), 1, ARRIVAL) for _ in range(count)]
    elif HERD_S < second <= HERD_S + 8:
        absences = [Absence(float(HERD_S), second - dice.random(), 2, HERD) for _ in range(half // 8)]
    elif RESTART_S < second <= RESTART_S + 10:
        absences = [
            Absence(second - 0.9, second - 0.9 + dice.random() / 2, 1, RESTART) for _ in range(half // 10)
        ]
    connects = [dice.lognormvariate(math.log(0.03 * stress), 0.6) for _ in absences]
    players = [1 + (solves * 2 + number * 2 + process) % 1000 for number in range(SOLVES)]
    now = float(second)
    fresh = Fresh(
        verdicts=[dice.lognormvariate(math.log(0.009 * stress), 0.7) for _ in range(14)],
        connects=connects,
        absences=absences,
        solves=[Solve(player, 90 + second, now - 0.9) for player in players],
    )
    echoes = [
        Echo(
            ((player, 90 + second),),
            half,
            tuple(now - 0.9 + 0.1 * stress * (0.6 + part / 8) for part in range(8)),
        )
        for player in players
    ]
    return Tick(
        at=now,
        lag=0.004 * stress,
        cpu=0.41 * second + 0.02 * process,
        online=_online(second) // 2,
        tabs=half,
        playing=500,
        commands=14 * second,
        solves=solves + SOLVES,
        surprises=0,
        reconnects=0,
        checked=0,
        errors={"too_many_guesses": second // 9, "retry_later": 1 if second > HERD_S else 0},
        closes={4503: min(59, 3 * second)} if second < RESTART_S else {4503: 59, 1012: 5},
        phase="live",
        fresh=fresh,
        echoes=echoes,
    )


def _load(second: int, dice: Random) -> Load:
    return Load(
        server="http://127.0.0.1:8000",
        at=float(second),
        cpu=min(0.95, 0.32 + 0.05 * _stress(second) + 0.04 * dice.random()),
        memory=98e6 + 31_000 * _online(second),
        sockets=_online(second),
        waiting={"door": 4.0 * (_stress(second) - 1)},
        batch_ms=6 * _stress(second) + 3 * dice.random(),
        fanout_ms=110 + 20 * _stress(second),
        loop_ms=4 * _stress(second),
    )
