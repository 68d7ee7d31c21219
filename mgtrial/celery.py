"""Background work. The database is the truth; Celery only moves (docs/architecture.md)."""

from __future__ import annotations

import os

from celery import Celery, shared_task
from celery.signals import worker_init
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")

app = Celery("mgtrial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]  # celery has no types
def start_protected_only(**kwargs: object) -> None:
    """A worker does not start where the trail is not protected (ADM-06)."""
    from core.protection import inspect  # noqa: PLC0415  the models are loaded by now

    inspect.ensure()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def clear_expired_sessions() -> None:
    """Sessions past their time leave the database, each with its event."""
    from accounts.sessions import end_timed_out  # noqa: PLC0415  the models are loaded by now

    end_timed_out()
    call_command("clearsessions")
