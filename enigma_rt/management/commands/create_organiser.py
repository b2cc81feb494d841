"""Makes the account of an organiser, gives an account another role, or an organiser a new password."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from enigma_rt import organisers
from game.rules.roles import LADDER, Role


class Command(BaseCommand):
    help = (
        "Creates an organiser's account and prints its random password, once;"
        " with --role also for an account that is there, which keeps its password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--role", choices=[role.value for role in LADDER], help="what they may do (a new account: owner)"
        )
        parser.add_argument(
            "--new-password",
            action="store_true",
            help="the account exists: replace its password, end its sessions",
        )

    def handle(self, *args: Any, email: str, role: str | None, new_password: bool, **options: Any) -> None:
        try:
            validate_email(email)
            if role and organisers.change(email, Role(role)):
                self.stdout.write(f"{email} is {role} now")
                if not new_password:
                    return
            password = (
                organisers.replace_password(email)
                if new_password
                else organisers.create(email, Role(role or Role.OWNER))
            )
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{email}  {password}")
