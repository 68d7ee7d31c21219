"""Settings, all from the environment (docs/operations.md lists the names)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from mgtrial import local

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")


def software_version() -> str:
    """The version at the head of the changelog: stamped on every change record."""
    found = re.search(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise ImproperlyConfigured("CHANGELOG.md names no version: its first entry must read '## 1.2.3 - date'.")
    return found[1]


def required(name: str, why: str) -> str:
    """A value that has no safe default."""
    value = str(env.str(name, default=""))
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return value


SOFTWARE_VERSION = software_version()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Servers. What the environment does not name is found or started from the wheels, with its data under .local/.
SERVERS = local.ensure(
    postgres=not env.str("DATABASE_URL", default=""),
    redis=not env.str("REDIS_URL", default=""),
)
DATABASE_URL = env.str("DATABASE_URL", default="") or SERVERS.database_url
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="") or SERVERS.database_owner_url
REDIS_URL = env.str("REDIS_URL", default="") or SERVERS.redis_url
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    local.secret_key()
    if SERVERS.database_url or DEBUG or DEMO
    else required("SECRET_KEY", "with a DATABASE_URL of your own, set it to 50 random characters, on every node alike.")
)


def database(url: str) -> dict[str, Any]:
    """Connections stay open between requests: opening one costs more than a page's queries."""
    own = {"ENGINE": "core.database", "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    return {**env.db_url_config(url), **own}


# The runtime role owns nothing and cannot switch the protection of the trail off. `owner` migrates, and nothing else;
# a node that does not migrate needs no DATABASE_OWNER_URL.
DATABASES = {"default": database(DATABASE_URL)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = database(DATABASE_OWNER_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# The trial.
TRIAL_SCHEDULE = "mgtrial.schedule"
TRIAL_PROTOCOL = "mgtrial.protocol"
TRIAL_VERIFICATION = "mgtrial.verification"
DEVIATION_FORM = "DV"
# A file with the licensed wording of the instruments for the form pages (docs/operations.md). Empty: short labels.
INSTRUMENT_TEXTS = env.str("INSTRUMENT_TEXTS", default="")

INSTALLED_APPS = [
    "accounts",
    "core",
    "assessments",
    "screening",
    "enrollment",
    "dosing",
    "followup",
    "safety",
    "coding",
    "reports",
    "demo",
    "accounts.apps.TrialAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.DeclaredPermissionMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "core.middleware.RequestIdMiddleware",
    "core.past.PastMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "mgtrial.urls"
WSGI_APPLICATION = "mgtrial.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.page",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# People.
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Language and time. Everything is stored in UTC and shown with the site's offset.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Files of the pages.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Letters, such as `smtp+tls://user:password@host:587`. What the mail server does not take waits.
EMAIL_URL = env.str("EMAIL_URL", default="smtp://127.0.0.1:25")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="mgtrial@localhost")

# The browser. No script, style or picture from another host, none inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# The trail.
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
# Seals: the key that signs them, and where their copies lie outside the database (docs/verification.md).
SEAL_KEY_FILE = env.str("SEAL_KEY_FILE", default="") or str(BASE_DIR / ".local" / "seal.key")
SEAL_FOLDER = env.str("SEAL_FOLDER", default="") or str(BASE_DIR / ".local" / "seals")

# Background work. Celery names a Redis behind a socket file in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = ["core.sealing.tasks"]
CELERY_BEAT_SCHEDULE = {
    "clear-expired-sessions": {"task": "mgtrial.celery.clear_expired_sessions", "schedule": crontab(minute="*/5")},
    "recheck-all": {"task": "core.tasks.recheck_all", "schedule": crontab(hour=18, minute=30)},  # 02:30 in China
    "index-trail": {"task": "core.tasks.index_trail", "schedule": crontab()},
    "code-answers": {"task": "coding.tasks.code_answers", "schedule": crontab(minute="*/10")},
    "check-protection": {"task": "core.tasks.check_protection", "schedule": crontab()},
    "seal-the-hour": {"task": "core.sealing.tasks.seal_the_hour", "schedule": crontab(minute=0)},
    "send-seals": {"task": "core.sealing.tasks.send_seals", "schedule": crontab()},
    "look-at-clocks": {"task": "core.sealing.tasks.look_at_clocks", "schedule": crontab()},
    "verify-every-night": {"task": "core.sealing.tasks.verify_every_night", "schedule": crontab(hour=19, minute=30)},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if env.bool("LOG_INFO", default=False) else "WARNING"},
}
