"""What organisers do that is written down: every action by its name, what can be taken back, and who may read what it
changed. PURE.

Whoever may see the audit trail sees that something was done, by whom, when and to whom. What it says beyond that is for
those who may see the thing itself: an address, a suspicion, where a webhook goes.
"""

ACTIONS = frozenset(
    {
        "announce",
        "announce.plan",
        "announce.change",
        "announce.call_off",
        "announce.due",
        "content.pack",
        "content.restore",
        "export.attempts",
        "export.emails",
        "export.ledger",
        "export.pack",
        "export.results",
        "export.site",
        "export.site_answers",
        "hunt.begin",
        "hunt.bring",
        "hunt.current",
        "hunt.end",
        "hunt.extend",
        "hunt.freeze",
        "hunt.pause",
        "hunt.reopen",
        "hunt.reschedule",
        "hunt.resume",
        "hunt.start",
        "hunt.unfreeze",
        "hunt.write",
        "integrity.clear",
        "integrity.confirm",
        "integrity.watch",
        "organiser.password",
        "organiser.role",
        "player.ban",
        "player.grant",
        "player.hide",
        "player.look",
        "player.show",
        "player.unban",
        "projector.pin",
        "question.add",
        "question.delete",
        "question.key",
        "question.mend",
        "question.order",
        "question.regrade",
        "reveal.abort",
        "reveal.auto",
        "reveal.back",
        "reveal.hold",
        "reveal.next",
        "reveal.start",
        "webhook.add",
        "webhook.again",
        "webhook.delete",
        "webhook.pause",
        "webhook.resume",
        "webhook.test",
    }
)

# By its contrary, once.
UNDOABLE = frozenset(
    {"organiser.role", "player.ban", "player.grant", "player.hide", "player.show", "player.unban"}
)

_READ_BY = {"integrity": "integrity", "organiser": "addresses", "webhook": "webhooks"}


def needed_to_read(action: str) -> str | None:
    """The row of `rules/roles.py` that one must have to read why it was done and what it changed; None: nothing."""
    return _READ_BY.get(action.partition(".")[0])
