"""Why an act was not done, in words that say what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The act cannot be done; the message says what to do instead."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class ReasonRequired(Refused):
    """A change or a void needs its reason (AUD-02)."""

    def __init__(self) -> None:
        super().__init__(_("Say why you change what was saved before. The reason is kept with the change."))


class Conflict(Refused):
    """Somebody else saved the record after this page was opened (ENT-05). Nothing was overwritten."""

    def __init__(self, current: Any) -> None:
        super().__init__(_("Somebody else saved this form after you opened it. Nothing was overwritten."))
        self.current = current
