"""Load the demo trial, or say that it is there; print who can sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import TRIAL_TIME_ZONE, Site, User
from core.models import Subject
from core.tasks import alone
from demo import cast, load

LOCK = 4713  # advisory: the demo is being loaded
NOT_HERE = (
    "This database holds subjects that are not the demo's, and DEMO is off: it may be a real trial. Nothing is loaded. "
    "Run the demo on a database of its own, with DEMO=on."
)
TAKEN = (
    "The demo needs the sites {sites} and its own user names, and this database uses some of them otherwise: {taken}. "
    "Nothing was loaded. Run the demo on a database of its own."
)


class Command(BaseCommand):
    """`manage.py demo`: safe to repeat. The same seed and day give the same data."""

    help = "Loads the demo trial and prints one sign-in per role. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="another number, other figures")
        parser.add_argument("--today", type=date.fromisoformat, help="the day the demo is told on (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        real_today = timezone.localdate(timezone=ZoneInfo(TRIAL_TIME_ZONE))
        today = options["today"] or real_today
        if today > real_today:
            raise CommandError(f"{today} lies in the future. Choose today or a day before it.")
        with alone(LOCK) as is_alone:
            if not is_alone:
                raise CommandError("The demo is being loaded at this moment by somebody else. Wait, then try again.")
            self._load(today, options["seed"])
        self.stdout.write("\n".join(["", "Sign in as:", *cast.sign_ins()]))

    def _load(self, today: date, seed: int) -> None:
        if cast.is_there() and load.is_complete():
            self.stdout.write("The demo trial is there.")
            return
        refuse_real_trial()
        begun = monotonic()
        self.stdout.write(f"Loading the demo trial as of {today}, seed {seed} ...")
        acts = load.load(today, seed, self._say)
        self.stdout.write(f"Done: {acts} acts in {monotonic() - begun:.1f} s.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def refuse_real_trial() -> None:
    """The demo never mixes with what is not its own."""
    if cast.is_there():
        return
    if not settings.DEMO and Subject.objects.exists():
        raise CommandError(NOT_HERE)
    codes = [site["code"] for site in cast.SITES]
    sites = Site.objects.filter(code__in=codes).order_by("code").values_list("code", flat=True)
    names = [person.username for person in cast.PEOPLE]
    people = User.objects.filter(username__in=names).order_by("username")
    if taken := [*sites, *people.values_list("username", flat=True)]:
        raise CommandError(TAKEN.format(sites=" and ".join(codes), taken=", ".join(taken)))
