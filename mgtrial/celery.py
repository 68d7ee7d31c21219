"""Background work. The database is the truth; Celery only moves (docs/architecture.md)."""

from __future__ import annotations

import os

from celery import Celery, shared_task
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")

app = Celery("mgtrial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def clear_expired_sessions() -> None:
    """Sessions past their time leave the database; who signed in and when is kept elsewhere."""
    call_command("clearsessions")
