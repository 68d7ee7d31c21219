"""Seal the ends of all chains now, or draw the key to seal with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.models import SealCause
from core.sealing import act, keys
from verify_trail import key_id


class Command(BaseCommand):
    """Before an export, a backup or an inspection."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The key is drawn once."""
        parser.add_argument("--draw-key", action="store_true", help="draw the key at SEAL_KEY_FILE, if none is there")

    def handle(self, *_args: Any, **options: Any) -> None:
        """What was made, in one line."""
        if options["draw_key"]:
            self._draw(Path(settings.SEAL_KEY_FILE))
            return
        try:
            made = act.seal(SealCause.ASKED)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if made:
            self.stdout.write(f"Seal {made.number}: SHA-256 {made.sha256}, key {made.key_id}")

    def _draw(self, path: Path) -> None:
        if not keys.draw(path):
            raise CommandError(f"{path} is there already. A key is never drawn over.")
        self.stdout.write(f"Key {key_id(keys.signing_key().public_key())} at {path}. Keep a copy in a safe place.")
