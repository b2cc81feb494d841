"""Every way in which the game refuses something, in one tree.

GameError
├── Refused               the command was understood and is not allowed now; it is judged again when resent
│   ├── HuntScheduled     hunt_scheduled     the hunt has not started
│   ├── HuntPaused        hunt_paused        an organiser has paused the hunt
│   ├── HuntEnded         hunt_ended         the hunt is over
│   ├── PlayerFinished    finished           this player has no question left
│   ├── PlayerBanned      banned             an organiser has removed this player
│   ├── StaleQuestion     stale_question     the command names a question that is not the player's current one
│   ├── EmptyAnswer       empty_answer       nothing to judge
│   ├── InsufficientXP    insufficient_xp    the power-up costs more than the balance
│   ├── NoHint            no_hint            the question has no hint
│   └── TooManyGuesses    too_many_guesses   wrong answers came too fast; carries wait_ms
├── NameTaken             name_taken         another player of this hunt has that name
├── BadName               bad_name           the name has too few, too many or invisible characters
├── IdConflict            id_conflict        this command id was used before with another payload
├── Outdated              outdated           what was seen before has changed: look again, then decide
├── RetryLater            retry_later        the database is away or busy; the outcome is unknown, resend the same id
├── ReadOnly              read_only          somebody else's page is looked at here: nothing can be done on it
├── NotFound              not_found          no such player, hunt or announcement
├── Forbidden             forbidden          the account may not do this
└── Invalid               invalid            a value is out of range or malformed; the text names it

The codes are the protocol's error codes: clients switch on the code, people read the text.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GameError(Exception):
    """Base of all refusals. `code` is stable; `text` is for people; `wait_ms` says when trying again makes sense."""

    code = "error"
    default_text: str | Promise = _("Something went wrong.")

    def __init__(self, text: str | Promise | None = None, *, wait_ms: int | None = None) -> None:
        self.text = self.default_text if text is None else text
        self.wait_ms = wait_ms
        super().__init__(self.code)


class Refused(GameError):
    code = "refused"


class HuntScheduled(Refused):
    code = "hunt_scheduled"
    default_text = _("The hunt has not started yet.")


class HuntPaused(Refused):
    code = "hunt_paused"
    default_text = _("The hunt is paused. Your answer was not judged; nothing is lost.")


class HuntEnded(Refused):
    code = "hunt_ended"
    default_text = _("The hunt is over.")


class PlayerFinished(Refused):
    code = "finished"
    default_text = _("You have finished the hunt.")


class PlayerBanned(Refused):
    code = "banned"
    default_text = _("An organiser has removed you from this hunt.")


class StaleQuestion(Refused):
    code = "stale_question"
    default_text = _("You are on another question now.")


class EmptyAnswer(Refused):
    code = "empty_answer"
    default_text = _("There is nothing to judge in that answer.")


class InsufficientXP(Refused):
    code = "insufficient_xp"
    default_text = _("You do not have enough XP for that.")


class NoHint(Refused):
    code = "no_hint"
    default_text = _("This question has no hint.")


class TooManyGuesses(Refused):
    code = "too_many_guesses"
    default_text = _("Too many wrong guesses. Take a breath and try again in a moment.")


class NameTaken(GameError):
    code = "name_taken"
    default_text = _("Another hunter has that name.")


class BadName(GameError):
    code = "bad_name"
    default_text = _("A name has 3 to 24 visible characters.")


class IdConflict(GameError):
    code = "id_conflict"
    default_text = _("This command id was already used for something else.")


class Outdated(GameError):
    code = "outdated"
    default_text = _("This has changed since you looked at it. Look again.")


class RetryLater(GameError):
    code = "retry_later"
    default_text = _("The server is busy. Your command will be sent again.")


class ReadOnly(GameError):
    code = "read_only"
    default_text = _("You are looking at somebody's page: nothing can be done on it.")


class NotFound(GameError):
    code = "not_found"
    default_text = _("There is nothing there.")


class Forbidden(GameError):
    code = "forbidden"
    default_text = _("Your account may not do that.")


class Invalid(GameError):
    code = "invalid"
    default_text = _("That value is not allowed.")
