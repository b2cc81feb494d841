"""Who of the organisers may do what: four roles, one above the other, and the one table of what needs which.

PURE. A role may do all that those before it may. One ladder, because on the night somebody has to know at a glance
what a colleague can do; and whoever may judge a question again moves more points than any moderator.
"""

from enum import StrEnum


class Role(StrEnum):
    """From the least to the most."""

    VIEWER = "viewer"  # sees everything live, and changes nothing
    MODERATOR = "moderator"  # acts on players, speaks to everybody
    AUTHOR = "author"  # decides what the questions are and what is right
    OWNER = "owner"  # the hunt itself, who organises it, and what leaves the house


LADDER = tuple(Role)

NEEDS = {
    # What the console's socket is asked for: the tag of each command (`consumers/protocol/`).
    "find": Role.VIEWER,
    "inspect": Role.VIEWER,
    "timeline": Role.VIEWER,
    "audit": Role.VIEWER,
    "pulse_history": Role.VIEWER,
    "watch": Role.VIEWER,
    "announcements": Role.VIEWER,
    "preview": Role.MODERATOR,
    "announce": Role.MODERATOR,
    "call_off": Role.MODERATOR,
    "grant": Role.MODERATOR,
    "moderate": Role.MODERATOR,
    "undo": Role.MODERATOR,
    "integrity": Role.MODERATOR,
    "integrity_pair": Role.MODERATOR,
    "integrity_decide": Role.MODERATOR,
    "pin": Role.MODERATOR,
    "exports": Role.MODERATOR,
    "question": Role.AUTHOR,
    "mend_preview": Role.AUTHOR,
    "mend": Role.AUTHOR,
    "judge_as": Role.AUTHOR,
    "regrade": Role.AUTHOR,
    "regrade_apply": Role.AUTHOR,
    "control_preview": Role.OWNER,
    "control": Role.OWNER,
    "freeze": Role.OWNER,
    "unfreeze": Role.OWNER,
    "reveal_act": Role.OWNER,
    "organisers": Role.OWNER,
    "appoint": Role.OWNER,
    "webhooks": Role.OWNER,
    "webhook_add": Role.OWNER,
    "webhook_act": Role.OWNER,
    "delivery_again": Role.OWNER,
    # Pages and files.
    "/console": Role.VIEWER,
    "/image": Role.VIEWER,
    "/replay?full": Role.VIEWER,
    "/author": Role.AUTHOR,
    "/console/as": Role.MODERATOR,
    "/console/export": Role.MODERATOR,
    "/console/export?emails": Role.OWNER,
    "/console/site": Role.OWNER,
    "/admin": Role.OWNER,
    # What is shown to some only.
    "addresses": Role.MODERATOR,
}


def needed(what: str) -> Role:
    """The least role that may do it; what the table does not name is the owners'."""
    return NEEDS.get(what, Role.OWNER)


def may(role: Role | None, what: str) -> bool:
    return role is not None and LADDER.index(role) >= LADDER.index(needed(what))


def rights(role: Role) -> tuple[str, ...]:
    """All of the table that `role` may do, in its order."""
    return tuple(what for what in NEEDS if may(role, what))


def role_of(*, staff: bool, given: str | None) -> Role | None:
    """The role of an active account: `staff` is Django's flag, `given` what its row says.

    Whom Django calls staff is an owner, as it was before there were roles: nobody who could do everything is locked out
    by the update, and a release without roles, which knows the flag alone, lets in nobody who may not do everything.
    """
    if staff:
        return Role.OWNER
    # A role of a later release is none of ours.
    return Role(given) if given in LADDER and given != Role.OWNER else None
