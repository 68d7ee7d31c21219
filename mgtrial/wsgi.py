"""What the web server serves; it does not start where the trail is not protected (ADM-06)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")

application = get_wsgi_application()

from core.protection import inspect  # noqa: E402  the models are loaded by now

inspect.ensure()
