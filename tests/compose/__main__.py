"""`make test-compose`: the compose file brought up, played with, scaled, updated under load and taken down.

    python -m tests.compose            as root on Debian: an engine of its own, stand-ins for the official images
    python -m tests.compose --pull     the machine's engine, the official images

One line a step; the first thing that is not so ends it, with the containers' logs. Everything is removed at the end.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.compose import engine, images
from tests.compose.guide import Guide
from tests.compose.prometheus import Prometheus, panels
from tests.compose.site import NAME, Site, installed
from tests.support.process import ROOT, exit_on_signals, free_port, manage

BEFORE, AFTER, LAME, MUTE = "before", "after", "lame", "mute"
"""Versions: what is up at first, its update, one that does not start, one that throws every player out."""
PACK = ROOT / "game" / "sample_hunt"
PLAYERS = 40
LONGEST_MIN = 10
"""Of a rehearsal; it is stopped when what happens meanwhile is over."""
VISIT_S = 0.2
LOG_LINES = 60


class NotSo(AssertionError):
    """What a step found; one line or more for people."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.compose")
    parser.add_argument("--pull", action="store_true")
    # `make test-compose PULL=1` hands it on through the environment.
    pull = parser.parse_args(arguments).pull or bool(os.environ.get("PULL"))
    exit_on_signals()
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            with step("engine"):
                docker = engine.machines_engine() if pull else stack.enter_context(engine.own_engine())
            if not pull:
                with step("stand-ins for the official images"):
                    images.make(docker)
            site = stack.enter_context(installed(docker))
            try:
                play(site)
            except (NotSo, subprocess.CalledProcessError, subprocess.TimeoutExpired):
                show_logs(site)
                raise
            with step("down"):
                site.compose("down", "--volumes", "--timeout", "30")
                left = docker(
                    "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={project(site)}"
                )
                expect(not left.split(), "something is left after `down`")
    except engine.CannotRun as error:
        print(error, file=sys.stderr)
        return 1
    except NotSo as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"FAILED: {error}\n{error.stdout[-3000:]}{error.stderr[-3000:]}", file=sys.stderr)
        return 1
    print(f"compose: everything as promised, {time.monotonic() - began:.0f} s")
    return 0


def play(site: Site) -> None:
    with step("the compose file is valid for every place of the database"):
        profiles(site)
    with step("images") as told:
        build(site)
        told(image_facts(site))
    with step("refuses to start without secrets, or with known ones"):
        refuses(site)
    guide = Guide(site)
    with step("the guide: up, an organiser, a hunt") as told:
        told(begin(site, guide))
    with step("only HAProxy is published; nobody is root; no secret on a command line") as told:
        told(hardened(site))
    site.manage(
        "import_hunt", str(PACK.relative_to(ROOT)), "--slug", "compose", "--starts-in", "0s", "--current"
    )
    os.environ["SSL_CERT_FILE"] = str(site.certificate)
    with step("redirect, HSTS, TLS 1.2 and more, figures hidden"):
        front_door(site)
    with step("sign up over TLS, solve a question over the WebSocket") as told:
        told(solve(site))
    with step("the guide: logs, a backup, restored") as told:
        told(restored(site, guide))
    with step("web 3 -> 5, the new ones are used") as told:
        told(scale(site, guide))
    with step("rolling update of all five under a rehearsal, watched by Prometheus") as told:
        told(update_under_load(site, guide))
    expect(not guide.left, f"nobody has followed these lines of the guide: {guide.left}")
    with step("`docker compose up` afterwards replaces nothing"):
        before = ids(site, "web") | ids(site, "worker")
        site.compose("up", "--no-build", "--detach", "--scale", "web=5")
        expect(ids(site, "web") | ids(site, "worker") == before, "containers were replaced")
    with step("an update that does not start turns back") as told:
        told(turns_back(site, LAME, "does not stay up"))
    with step("an update that throws players out turns back") as told:
        told(turns_back_under_load(site))


# --- steps ------------------------------------------------------------------------------------------------------------


def profiles(site: Site) -> None:
    """A managed database means no database here, the Cloud SQL proxy stands in its place."""
    for profile, database in (("db", {"db"}), ("managed", set()), ("cloudsql", {"cloudsql"})):
        command = ["docker", "compose", "config", "--services"]
        env = site.docker.env | {"COMPOSE_PROFILES": profile}
        services = set(engine.run(command, env, cwd=site.folder).split())
        expect(
            services == {"haproxy", "web", "worker", "migrate", "redis"} | database, f"{profile}: {services}"
        )


def build(site: Site) -> None:
    """Version `before` as the compose file builds it; the others on top of it."""
    set_version(site, BEFORE)
    site.compose("build", "--quiet", "web")
    site.docker("tag", f"enigma-rt:{BEFORE}", f"enigma-rt:{AFTER}")
    on_top(site, LAME, broken("s/^class PlayerConsumer/raise SystemError\\n&/"))
    on_top(site, MUTE, broken("s/^    async def welcome.*/&\\n        raise SystemError/"))


def image_facts(site: Site) -> str:
    inspected = json.loads(site.docker("image", "inspect", f"enigma-rt:{BEFORE}"))[0]
    config = inspected["Config"]
    expect(config["User"] == "10001:10001", f"the image runs as {config['User']!r}")
    expect(bool(config.get("Healthcheck")), "the image has no health check")
    history = site.docker(
        "image", "history", "--no-trunc", "--format", "{{.CreatedBy}}", f"enigma-rt:{BEFORE}"
    )
    kept = [name for name in SECRETS if site.value(name) in history + json.dumps(config)]
    expect(not kept, f"in the image: {kept}")
    files = site.docker("run", "--rm", "--entrypoint", "ls", f"enigma-rt:{BEFORE}", "-A", "/app")
    expect(set(files.split()) == WHAT_IS_IN, f"in the image: {files.split()}")
    return f"{inspected['Size'] / 1e6:.0f} MB"


def refuses(site: Site) -> None:
    """Compose itself without .env; the web process with a value that everybody knows."""
    kept = site.folder / ".env.kept"
    (site.folder / ".env").rename(kept)
    try:
        done = subprocess.run(
            ["docker", "compose", "config", "-q"],
            env=site.docker.env,
            cwd=site.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expect(done.returncode != 0 and "make-env.sh" in done.stderr, "compose starts without .env")
    finally:
        kept.rename(site.folder / ".env")
    for unsafe, code in (
        ({"SECRET_KEY": "django-insecure-" + "x" * 40}, "enigma.E003"),
        ({"DEBUG": "1"}, "enigma.E004"),
        ({"ALLOWED_HOSTS": "*"}, "enigma.E005"),
        ({"DATABASE_URL": "postgres://enigma:enigma@db/enigma"}, "enigma.E009"),
    ):
        said = subprocess.run(
            ["docker", "compose", "run", "--rm", "--no-deps", "-T", *options("-e", unsafe), "web"],
            env=site.docker.env,
            cwd=site.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expect(said.returncode != 0 and code in said.stderr, f"started with {unsafe}: {said.stderr[-500:]}")


def begin(site: Site, guide: Guide) -> str:
    shutil.copytree(PACK, site.folder / "my_hunt")
    said = guide.follow(
        "From an empty machine to a running event", change={"https://hunt.example.org": site.url}
    )
    expect("you@example.org" in said, f"no organiser: {said}")
    expect("my_hunt" not in said and "the current hunt" in said, f"no hunt: {said}")
    expect(said.endswith("ok\n"), f"not ready: {said}")
    return f"{len(site.containers('web'))} web processes"


def restored(site: Site, guide: Guide) -> str:
    """The one player and what they were given are there afterwards, in a database that took the old one's place."""
    with urllib.request.urlopen(f"{site.url}/", timeout=10) as page:  # noqa: S310  # https, ours
        request = page.headers["X-Request-ID"]
    said = guide.follow("Logs", change={"0b6e3a0c-…": request})
    expect(f'"request":"{request}"' in said, f"the request is not in the logs: {said[-500:]}")
    said = guide.follow("Backup")
    expect(
        said.startswith("backups/") and (site.folder / said.strip()).stat().st_size > 0, f"no backup: {said}"
    )
    player = "compose: 1 players"
    said = guide.follow("Restore")
    expect(said.count(player) == 2 and "0 problems" in said, f"not restored: {said}")
    databases = site.compose(
        "exec", "-T", "db", "psql", "-U", "enigma", "-Atc", "SELECT datname FROM pg_database"
    )
    expect({"enigma", "enigma_before"} <= set(databases.split()), f"databases: {databases}")
    return next(line for line in said.splitlines() if line.startswith(player))


def hardened(site: Site) -> str:
    published: dict[str, list[str]] = {}
    for container in site.everything():
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        bindings = container["HostConfig"]["PortBindings"] or {}
        published.setdefault(service, []).extend(
            f"{binding['HostIp']}:{binding['HostPort']}" for found in bindings.values() for binding in found
        )
        if service == "migrate":
            continue
        processes = site.docker("top", container["Id"], "-eo", "pid,user,args")
        users = {line.split()[1] for line in processes.splitlines()[1:]}
        expect("root" not in users, f"{service} runs as root:\n{processes}")
        shown = [name for name in SECRETS if site.value(name) in processes]
        expect(not shown, f"{service}: {shown} on a command line")
        memory, processors = container["HostConfig"]["Memory"], container["HostConfig"]["NanoCpus"]
        expect(memory > 0 and processors > 0, f"{service} has no limits")
    open_services = {service for service, ports in published.items() if ports}
    expect(open_services == {"haproxy"}, f"published: {open_services}")
    expect(f"127.0.0.1:{site.stats_port}" in published["haproxy"], "the statistics are open to the network")
    return f"{len(published)} services"


def front_door(site: Site) -> None:
    plain = http.client.HTTPConnection(NAME, site.http_port, timeout=10)
    plain.request("GET", "/play?x=1")
    answer = plain.getresponse()
    expect(answer.status == 301, f"plain HTTP is answered by {answer.status}")
    expect(
        answer.headers["Location"] == f"{site.url}/play?x=1", f"redirected to {answer.headers['Location']}"
    )

    with urllib.request.urlopen(f"{site.url}/", timeout=10) as page:  # noqa: S310  # https, ours
        expect("max-age=" in (page.headers["Strict-Transport-Security"] or ""), "no HSTS")
        cookies = page.headers.get_all("Set-Cookie") or []
        sticky = [cookie for cookie in cookies if cookie.startswith("enigma_server=")]
        expect(bool(sticky) and "Secure" in sticky[0] and "HttpOnly" in sticky[0], f"cookies: {cookies}")
        expect(page.headers["X-Enigma-Server"] is None, "which server answered is told to everybody")

    secure = http.client.HTTPSConnection(NAME, site.https_port, timeout=10, context=site.tls())
    secure.request("GET", "/metrics")
    expect(secure.getresponse().status == 404, "/metrics is open to everybody")

    import ssl
    import warnings

    old = site.tls()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
    try:
        http.client.HTTPSConnection(NAME, site.https_port, timeout=10, context=old).connect()
    except OSError:
        pass
    else:
        raise NotSo("TLS 1.1 is taken")


def solve(site: Site) -> str:
    from enigma_rt.rehearsal import front_door
    from enigma_rt.rehearsal.accounts import Cast
    from enigma_rt.rehearsal.knowledge import Knowledge
    from game.packs import read_pack

    account = front_door.sign_up([site.url], 1, Cast(), lambda done: None)[0]
    text = Knowledge(read_pack(PACK)).riddles[0].right[0]
    with socket_at(site, "/ws/play", account.cookie) as socket:
        snapshot = json.loads(socket.recv(timeout=10))
        expect(snapshot["t"] == "snapshot", f"the first frame is {snapshot['t']}")
        socket.send(json.dumps({"t": "answer", "id": str(uuid4()), "q": 1, "text": text}))
        while (frame := json.loads(socket.recv(timeout=10)))["t"] not in ("verdict", "error"):
            pass
        expect(frame.get("verdict") == "correct", f"answered by {frame}")
    return f"{frame['award']['total']} points for {account.name}"


def scale(site: Site, guide: Guide) -> str:
    set_value(site, "ENIGMA_WEB", "5")
    guide.follow("The first 25 minutes", change={"web=4": "web=5"})
    wait("five servers are ready", lambda: len(site.sockets()) == 5, 120)
    before = site.sockets()
    with ExitStack() as stack:
        for _ in range(10):
            socket = stack.enter_context(socket_at(site, "/ws/board"))
            expect(json.loads(socket.recv(timeout=10))["t"] == "board_snapshot", "no snapshot")
        now = site.sockets()
        used = {name: now[name][1] - before.get(name, (0, 0))[1] for name in now}
        expect(all(used.values()), f"sockets by server: {used}")
        return f"10 sockets: {' '.join(f'{name} {count}' for name, count in used.items())}"


def update_under_load(site: Site, guide: Guide) -> str:
    # As an update leaves it that was interrupted at the wrong moment.
    site.compose("up", "--no-start", "--no-recreate", "--scale", "web=6", "web")
    with prometheus(site, guide) as watching, rehearsal(site) as figures, visits(site) as visited:
        began = time.monotonic()
        status, said = site.deploy(AFTER)
        took = time.monotonic() - began
        empty, alarms = watching.empty_panels(), watching.alarms()
        expect(status == 0, f"deploy.sh ended with status {status}:\n{said}")
    expect(not empty, f"panels without data: {empty}")
    expect(set(alarms.values()) == {"ok"}, f"alarms: {alarms}")
    expect(versions(site) == {AFTER}, f"running: {versions(site)}")
    expect(len(ids(site, "web")) == 5, "not five servers")
    expect(site.value("ENIGMA_TAG") == AFTER, ".env has the old version")
    expect(
        not visited.failed, f"{len(visited.failed)} of {visited.count} requests failed: {visited.failed[:5]}"
    )
    return (
        f"{took:.0f} s; {figures['lost']} lost, {figures['doubled']} doubled of {figures['commands']} commands,"
        f" {figures['reconnects']} reconnects; {visited.count} HTTP requests, {len(visited.failed)} failed;"
        f" {len(panels())} panel expressions have data, {len(alarms)} alarms are evaluated"
    )


def turns_back(site: Site, version: str, reason: str) -> str:
    before = versions(site)
    began = time.monotonic()
    status, said = site.deploy(version)
    expect(status == 3, f"deploy.sh ended with status {status}:\n{said}")
    expect(reason in said, f"deploy.sh does not say {reason!r}:\n{said}")
    expect(versions(site) == before == {site.value("ENIGMA_TAG")}, f"running: {versions(site)}")
    expect(len(ids(site, "web")) == 5, f"{len(ids(site, 'web'))} servers are left")
    return f"{time.monotonic() - began:.0f} s"


def turns_back_under_load(site: Site) -> str:
    """Its socket for projectors is fine, so the probe lets it pass; players who come to it are thrown out again."""
    with rehearsal(site) as figures:
        took = turns_back(site, MUTE, "sockets have")
    return f"{took}; {figures['lost']} lost, {figures['doubled']} doubled of {figures['commands']} commands"


# --- watching ---------------------------------------------------------------------------------------------------------


@contextmanager
def prometheus(site: Site, guide: Guide) -> Iterator[Prometheus]:
    """As the guide starts it, under a name and a port of its own. Grafana has no stand-in; its panels are asked for."""
    port, name = free_port(), f"{project(site)}-prometheus"
    here = {
        "9090:9090": f"{port}:9090",
        "enigma_front": f"{project(site)}_front",
        "--name prometheus": f"--name {name}",
    }
    said = guide.follow("Figures", starting="docker compose exec web python")
    expect("enigma_sockets" in said, f"no figures: {said[:500]}")
    try:
        guide.follow("Figures", starting="docker run --detach --name prometheus", change=here)
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        site.docker("rm", "--force", "--volumes", name)


# --- load -------------------------------------------------------------------------------------------------------------


@contextmanager
def rehearsal(site: Site) -> Iterator[dict[str, Any]]:
    """Bots play as long as the block lasts, over TLS and through HAProxy. What is yielded has their figures after it.

    They have to be perfect: the bots ask again, and their outcomes are compared with the database.
    """
    figures, log = site.folder / "figures.json", site.folder / "rehearsal.log"
    env = os.environ | {
        "DATABASE_URL": site.database_url(),
        "SSL_CERT_FILE": str(site.certificate),
        "ENIGMA_DATA_DIR": str(site.folder),
    }
    command = manage(
        *("rehearse", "--url", site.url, "--players", str(PLAYERS)),
        *("--minutes", str(LONGEST_MIN), "--json", figures),
    )
    found: dict[str, Any] = {}
    with log.open("w") as out:
        running = subprocess.Popen(
            command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            wait("the bots are there", lambda: sum(now for now, _ in site.sockets().values()) >= PLAYERS, 240)
            yield found
            expect(running.poll() is None, f"the bots did not stay:\n{log.read_text()[-3000:]}")
            # Once: they stop to play, and check.
            running.send_signal(signal.SIGINT)
            status = running.wait(240)
        finally:
            running.kill()
            running.wait()
    expect(status == 0, f"the rehearsal ended with status {status}:\n{log.read_text()[-3000:]}")
    found.update(json.loads(figures.read_text()))
    expect(found["ledger_ok"] is True, "the ledger was not checked")
    expect(found["lost"] == found["doubled"] == found["unanswered"] == 0, f"{found}")


class Visits:
    """Pages that are asked for all the time, each over a connection of its own, by a visitor without a cookie."""

    def __init__(self) -> None:
        self.count = 0
        self.failed: list[str] = []


@contextmanager
def visits(site: Site) -> Iterator[Visits]:
    visited, enough = Visits(), threading.Event()

    def go() -> None:
        while not enough.wait(VISIT_S):
            visited.count += 1
            try:
                connection = http.client.HTTPSConnection(
                    NAME, site.https_port, timeout=10, context=site.tls()
                )
                connection.request("GET", "/")
                status = connection.getresponse().status
                connection.close()
                if status != 200:
                    visited.failed.append(str(status))
            except OSError as error:
                visited.failed.append(repr(error))

    visitor = threading.Thread(target=go)
    visitor.start()
    try:
        yield visited
    finally:
        enough.set()
        visitor.join()


# --- small things -----------------------------------------------------------------------------------------------------

SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "ENIGMA_COOKIE_KEY")
WHAT_IS_IN = {
    "manage.py",
    "requirements.txt",
    "enigma_rt",
    "game",
    "consumers",
    "leaderboard",
    "static",
    "__pycache__",
}


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Prints the title at once, then how long it took and what it told."""
    print(f"{title} ...", end="", flush=True)
    began = time.monotonic()
    told: list[str] = []
    try:
        yield told.append
    except BaseException:
        print(" no", flush=True)
        raise
    print(f" {time.monotonic() - began:.0f} s{''.join(f' ({text})' for text in told)}", flush=True)


def socket_at(site: Site, path: str, cookie: str = "") -> ClientConnection:
    """An open WebSocket, over TLS and through HAProxy."""
    url = "wss" + site.url.removeprefix("https") + path
    headers = {"Cookie": cookie} if cookie else {}
    return connect(
        url, ssl=site.tls(), origin=Origin(site.url), additional_headers=headers, open_timeout=10, proxy=None
    )


def expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise NotSo(otherwise)


def wait(what: str, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}")
        time.sleep(0.5)


def on_top(site: Site, tag: str, lines: str) -> None:
    site.docker(
        "buildx",
        "build",
        "--quiet",
        "--tag",
        f"enigma-rt:{tag}",
        "-",
        stdin=f"FROM enigma-rt:{BEFORE}\n{lines}\n",
    )


def broken(script: str) -> str:
    """Lines of a Dockerfile that put a defect into the players' socket."""
    file = "consumers/player.py"
    return f"USER root\nRUN sed -i '{script}' {file} && grep -q SystemError {file}\nUSER 10001:10001"


def options(flag: str, values: dict[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in (flag, f"{name}={value}")]


def ids(site: Site, service: str) -> set[str]:
    return {container["Id"] for container in site.containers(service)}


def versions(site: Site) -> set[str]:
    return {container["Config"]["Image"].partition(":")[2] for container in site.containers("web")}


def project(site: Site) -> str:
    return site.value("COMPOSE_PROJECT_NAME")


def set_version(site: Site, tag: str) -> None:
    set_value(site, "ENIGMA_TAG", tag)


def set_value(site: Site, name: str, value: str) -> None:
    env = site.folder / ".env"
    lines = [
        f"{name}={value}" if line.startswith(f"{name}=") else line for line in env.read_text().splitlines()
    ]
    env.write_text("\n".join(lines) + "\n")


def show_logs(site: Site) -> None:
    print(file=sys.stderr)
    for command in (("ps", "--all"), ("logs", "--no-color", "--tail", str(LOG_LINES))):
        try:
            print(site.compose(*command), file=sys.stderr)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)


if __name__ == "__main__":
    # What is reused of the rehearsal wants settings; no database is touched by them.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enigma_rt.settings")
    os.environ.setdefault("ENIGMA_DATA_DIR", str(ROOT / "build" / "test-data"))
    import django

    django.setup()
    sys.exit(main(sys.argv[1:]))
