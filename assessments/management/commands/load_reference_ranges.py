"""Load the reference intervals of WS/T 404 and 405 for a site's laboratory, as a start."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actor import Actor
from accounts.models import Site, User
from accounts.permissions import Permission
from assessments.lab_units import standard
from assessments.models.reference_range import ReferenceRange
from assessments.reference_defaults import DEFAULTS, Default


class Command(BaseCommand):
    """`load_reference_ranges --site 01 --laboratory "Central" --from 2023-04-01 --by sun.ning --reason "…"`."""

    help = "Loads the default reference ranges (WS/T 404, 405) for a site's laboratory. What it has already stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="Number of the site")
        parser.add_argument("--laboratory", required=True, help="As the forms name it")
        parser.add_argument("--from", dest="valid_from", required=True, type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--by", required=True, help="User name of one who may manage reference data")
        parser.add_argument("--reason", required=True, help="Stays in the history")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(code=options["site"]).first()
        person = User.objects.filter(username=options["by"]).first()
        if site is None or person is None:
            raise CommandError("There is no such site, or no such user name.")
        try:
            Actor.of(person).require(Permission.MANAGE_REFERENCE, site)
        except PermissionDenied as refusal:
            raise CommandError(str(refusal)) from refusal
        if not options["reason"].strip():
            raise CommandError("Say why.")
        kept = [self._load(each, site, person, options) for each in DEFAULTS]
        self.stdout.write(f"{kept.count(True)} loaded, {kept.count(False)} left out: the laboratory has its own.")

    def _load(self, default: Default, site: Site, person: User, options: dict[str, Any]) -> bool:
        """Was it loaded? Not where the laboratory has a range for the same people and days."""
        row = ReferenceRange(
            site=site,
            laboratory=options["laboratory"],
            valid_from=options["valid_from"],
            unit=standard(default.test),
            **default._asdict(),
        )
        row.attribute_to(person, options["reason"])
        try:
            row.full_clean()
        except ValidationError as trouble:
            if set(trouble.message_dict) != {"__all__"}:
                raise CommandError("; ".join(trouble.messages)) from trouble
            return False
        row.save()
        return True
