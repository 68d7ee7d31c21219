"""What is coded by itself."""

from __future__ import annotations

from celery import shared_task

from coding.actions import code_all
from core.tasks import alone

LOCK = 4716  # advisory: answers are being coded


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def code_answers() -> int:
    """Code what needs nobody. Gives how many answers; 0 beside another sweep."""
    with alone(LOCK) as is_alone:
        return code_all() if is_alone else 0
