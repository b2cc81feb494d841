"""Forms: the name under which somebody plays, asked at sign-up or when joining later."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from game import errors
from game.queries import play
from game.services import players

if TYPE_CHECKING:
    from game.models import Hunt

WISH = "wanted_name"
"""Session key: a name that somebody else took between the form and the row."""


def name_field(help_text: Any = "") -> forms.CharField:
    # The rules of names count code points after normalising; the widget only keeps novels out.
    attributes = {"autocomplete": "nickname", "spellcheck": "false", "maxlength": 48}
    return forms.CharField(
        label=_("Name on the board"),
        help_text=help_text,
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs=attributes),
    )


class JoinForm(forms.Form):
    """Bound with `data` as {"name": …}; the service has the last word, see `refuse`."""

    name = name_field()

    def __init__(self, hunt: "Hunt", data: Any = None) -> None:
        super().__init__(data)
        self._hunt = hunt

    def clean_name(self) -> str:
        return free_name(self._hunt, self.cleaned_data["name"])

    def refuse(self, refusal: errors.GameError) -> None:
        self.add_error("name", _as_validation(refusal))


class SignupForm(forms.Form):
    """What allauth's sign-up form asks beside e-mail and password. Without a hunt to join it asks nothing."""

    name = name_field(_("Everybody sees it: 3 to 24 characters, in any script."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hunt = play.joinable_hunt()
        if self._hunt is None:
            del self.fields["name"]

    def clean_name(self) -> str:
        assert self._hunt is not None
        return free_name(self._hunt, self.cleaned_data["name"])

    def signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Called by allauth with the new account, which stands whatever happens here: /join asks for another name."""
        if self._hunt is None:
            return
        name = self.cleaned_data["name"]
        try:
            players.join(user, self._hunt, name)
        except errors.GameError:
            request.session[WISH] = name


def pop_wish(request: HttpRequest) -> dict[str, str] | None:
    """The name that could not be had at sign-up, so that the form can say so."""
    name = request.session.pop(WISH, None)
    return None if name is None else {"name": name}


def free_name(hunt: "Hunt", name: str) -> str:
    try:
        return players.check_name(hunt, name)
    except errors.GameError as refusal:
        raise _as_validation(refusal) from refusal


def _as_validation(refusal: errors.GameError) -> ValidationError:
    return ValidationError(str(refusal.text), code=refusal.code)
