"""Makes the account of an organiser, or gives one a new password."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from enigma_rt import organisers


class Command(BaseCommand):
    help = "Creates an organiser's account and prints its random password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--new-password",
            action="store_true",
            help="the account exists: replace its password, end its sessions",
        )

    def handle(self, *args: Any, email: str, new_password: bool, **options: Any) -> None:
        try:
            validate_email(email)
            password = organisers.replace_password(email) if new_password else organisers.create(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{email}  {password}")
