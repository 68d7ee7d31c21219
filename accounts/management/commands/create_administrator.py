"""The first administrator: made on the server, since nobody inside the application can raise anyone before them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from accounts.models import Membership, Role, User

REASON = "First administrator, made on the server"


class Command(BaseCommand):
    """`manage.py create_administrator --username wang.min --full-name "Wang Min"` prints a one-time password link."""

    help = "Creates the first administrator. Refused while another administrator is in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--full-name", required=True)
        parser.add_argument("--email", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.in_force_now().filter(role=Role.ADMINISTRATOR, user__is_active=True).exists():
            raise CommandError("There is an administrator: further ones are made in Django admin.")
        person = self._person(options["username"], options["full_name"], options["email"])
        link = reverse("password-set", args=[person.pk, default_token_generator.make_token(person)])
        self.stdout.write(f"Open this page of the server once to set the password: {link}")

    def _person(self, username: str, full_name: str, email: str) -> User:
        person = User(username=username, full_name=full_name, email=email)
        person.set_unusable_password()
        try:
            self._save(person)
            self._save(Membership(user=person, role=Role.ADMINISTRATOR, from_on=timezone.localdate()))
        except ValidationError as trouble:
            raise CommandError("; ".join(trouble.messages)) from trouble
        return person

    def _save(self, row: User | Membership) -> None:
        row.attribute_to(system_actor().user, REASON)
        row.full_clean()
        row.save()
