"""Accounts through the front door: the sign-up form of the running server, as a browser fills it in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from http.client import HTTPException
from http.cookiejar import CookieJar
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

from django.conf import settings

from enigma_rt.rehearsal import RehearsalError
from enigma_rt.rehearsal.accounts import Account, Cast

SIGN_UP = "/accounts/signup/"
AT_ONCE = 4
TIMEOUT_S = 30
BUSY = {429: 10.0, 502: 1.0, 503: 5.0}
"""Statuses that mean "later", and seconds until then if the answer does not say: limits count minutes."""
PATIENCE_S = 180
PASSWORD = "a rehearsal, nothing to steal 26"  # noqa: S105  # of bots, who own nothing


def sign_up(urls: list[str], count: int, cast: Cast, tell: Callable[[int], None]) -> list[Account]:
    """Make `count` accounts at these servers; `tell` hears how many there are. Raises RehearsalError."""
    accounts = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        work = [pool.submit(_sign_up, urls[n % len(urls)], n + 1, cast) for n in range(count)]
        try:
            for done, account in enumerate(work, start=1):
                accounts.append(account.result())
                tell(done)
        finally:
            pool.shutdown(cancel_futures=True)
    return accounts


def probe(url: str) -> None:
    """Raises RehearsalError when no Enigma RT answers at `url`."""
    try:
        with _opener(CookieJar()).open(url + "/healthz", timeout=5) as answer:
            if answer.read(16) == b"ok\n":
                return
    except HTTPError as error:
        raise RehearsalError(f"{url} answers, but not as Enigma RT does: {error}") from None
    except (URLError, OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise RehearsalError(f"no server at {url}: {reason} (start one with: manage.py play)") from None
    raise RehearsalError(f"{url} answers, but not as Enigma RT does")


class _Busy(Exception):
    """The server asked for patience, or was not heard of in time: what it did is unknown."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


def _sign_up(url: str, number: int, cast: Cast) -> Account:
    """One account. Each try is a new visitor with another address and name: an earlier one may have got through."""
    deadline, problems = monotonic() + PATIENCE_S, ""
    for number_of_try, name in enumerate(cast.names(number)):
        try:
            done = _Visitor(url).sign_up(name, cast.email(number, number_of_try))
        except _Busy as busy:
            problems = "it is too busy"
            sleep(busy.wait_s)
            if monotonic() > deadline:
                break
            continue
        if isinstance(done, Account):
            return done
        problems = done
    raise RehearsalError(f"{url} does not take bots: {problems or 'no reason given'}")


class _Visitor:
    """A browser without a window: one person's cookies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies = CookieJar()
        self._opener = _opener(self._cookies)

    def sign_up(self, name: str, email: str) -> Account | str:
        """The account, or what the form complained of. Raises _Busy."""
        page, address = self._open(self._url + SIGN_UP)
        form = _form(page, "email")
        if form is None:
            raise RehearsalError(f"{self._url}{SIGN_UP} shows no form to sign up with")
        if "name" not in form.fields:
            raise RehearsalError("no hunt is current, or it has ended: there is nothing to join")
        filled = form.hidden | {"email": email, "password1": PASSWORD, "password2": PASSWORD, "name": name}
        page, address = self._open(urljoin(address, form.action), filled)
        path = urlsplit(address).path
        if path == settings.LOGIN_REDIRECT_URL:
            return Account(name, email, self._cookie())
        if "confirm-email" in path:
            raise RehearsalError(
                "the server wants e-mail addresses confirmed: use --direct beside its database"
            )
        # At /join somebody took the name between the form and the row: the account is left without a player.
        return _problems(page) or f"signing up leads to {path}"

    def _open(self, url: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """(page, where one is after redirects). A page that refuses a form is a page."""
        headers = {"Origin": self._url, "Referer": url, "User-Agent": "enigma-rt-rehearsal"}
        data = None if fields is None else urlencode(fields).encode()
        try:
            with self._opener.open(Request(url, data, headers), timeout=TIMEOUT_S) as answer:  # noqa: S310
                return answer.read().decode(), answer.url
        except HTTPError as error:
            if error.code in BUSY:
                wait = error.headers.get("Retry-After", "")
                raise _Busy(float(wait) if wait.isdecimal() else BUSY[error.code]) from None
            return error.read().decode(errors="replace"), url
        except TimeoutError:
            raise _Busy(0) from None
        except (OSError, HTTPException) as error:
            raise RehearsalError(f"{url}: {getattr(error, 'reason', None) or error}") from None

    def _cookie(self) -> str:
        """Every cookie: behind a proxy one of them may name the server that has this person's session at hand."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)


def _opener(cookies: CookieJar) -> OpenerDirector:
    # The server is ours and near: the environment's proxy is for the world outside.
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(cookies))


class _Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: set[str] = set()
        self.hidden: dict[str, str] = {}


class _Forms(HTMLParser):
    """The forms of a page with their fields, and the text of its error lists."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.problems: list[str] = []
        self._in_errors = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1].fields.add(given["name"])
            if given.get("type") == "hidden":
                self.forms[-1].hidden[given["name"]] = given.get("value", "")
        elif tag == "ul":
            self._in_errors = "errorlist" in given.get("class", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._in_errors = False

    def handle_data(self, data: str) -> None:
        if self._in_errors and data.strip():
            self.problems.append(data.strip())


def _parsed(page: str) -> _Forms:
    forms = _Forms()
    forms.feed(page)
    return forms


def _form(page: str, field: str) -> Any:
    return next((form for form in _parsed(page).forms if field in form.fields), None)


def _problems(page: str) -> str:
    return " ".join(_parsed(page).problems)
