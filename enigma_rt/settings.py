"""Environment -> settings. Every value that a deployer changes is read here and nowhere else.

Embedded (nothing set): SQLite and the in-memory channel layer. Production: DATABASE_URL (PostgreSQL) and REDIS_URL.
`enigma_rt/checks.py` names a wrong or unsafe setting before anything starts.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from enigma_rt.environment import LOG_LEVELS, POSTGRESQL, SQLITE, Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(os.environ)
ENVIRONMENT_PROBLEMS = env.problems
"""What is wrong with values read here, one sentence each."""

ENIGMA_ENV = env.text("ENIGMA_ENV", "development")
PRODUCTION = ENIGMA_ENV == "production"
DATA_DIR = Path(env.text("ENIGMA_DATA_DIR", str(BASE_DIR / "var")))

DEBUG_WANTED = env.flag("DEBUG")
DEBUG = DEBUG_WANTED and not PRODUCTION
SECRET_KEY_GIVEN = bool(env.text("SECRET_KEY"))
# In production without one, `checks.py` refuses to start; until it can say so, no process may have a key that is known.
SECRET_KEY = env.text("SECRET_KEY") or (
    secrets.token_urlsafe(50) if PRODUCTION else env.kept_secret(DATA_DIR / "secret_key")
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
ORIGINS = env.words("ENIGMA_ORIGINS")
"""Exact origins (scheme://host[:port]) that may open sockets and post forms. Empty (embedded): same host only."""
CSRF_TRUSTED_ORIGINS = ORIGINS
CSRF_FAILURE_VIEW = "enigma_rt.pages.stale_form"
PUBLIC_URL = env.text("ENIGMA_PUBLIC_URL").rstrip("/")
"""Where players find the hunt, shown on the projector. Empty: the address under which the projector was opened."""

# --- the web process ------------------------------------------------------------------------------------------------

HTTP_THREADS = env.whole("ENIGMA_HTTP_THREADS", 4, 1, 64)
"""Pages that are made at the same time; each thread keeps one database connection."""
DRAIN_SECONDS = env.whole("ENIGMA_DRAIN_SECONDS", 10 if PRODUCTION else 2, 0, 600)
"""How long a stopping process gives its sockets to move to another."""
BEHIND_PROXY = env.flag("ENIGMA_PROXY")
"""Believe X-Forwarded-For, -Port and -Proto. Only behind a proxy that sets them itself."""

# Daphne is not among them: its app makes the event loop in every command, before ours can choose a faster one.
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "django_q",
    "enigma_rt",
    "game",
    "leaderboard",
    "consumers",
]

MIDDLEWARE = [
    # Before the one that says how pages are to be shown: with fifty files its lines weigh 3 % of a first visit.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Pads what it compresses, against guessing secrets by length; WhiteNoise has compressed the static files.
    "django.middleware.gzip.GZipMiddleware",
    "enigma_rt.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "enigma_rt.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "enigma_rt.urls"
ASGI_APPLICATION = "enigma_rt.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "enigma_rt" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "enigma_rt.organisers.role",
            ]
        },
    }
]

# --- database -------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'enigma.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == SQLITE:
    # Without IMMEDIATE, concurrent writers fail at once in spite of the timeout: a read lock cannot be upgraded.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # A file also in tests: the in-memory default cannot be shared between threads and processes.
    DATABASES["default"]["TEST"] = {"NAME": env.text("ENIGMA_TEST_SQLITE", str(DATA_DIR / "test.sqlite3"))}
elif DATABASES["default"]["ENGINE"] == POSTGRESQL:
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=15000",
        }
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- realtime -------------------------------------------------------------------------------------------------------

REDIS_URL = env.text("REDIS_URL") if env.url("REDIS_URL", ("redis", "rediss", "unix")) else ""
CHANNEL_LAYERS: dict[str, dict[str, Any]]
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                # redis-py 8 defaults to socket_timeout=5, which ends an idle subscription: the subscriber waits for
                # ever, and the bus bounds every send with a time-out of its own.
                "hosts": [
                    {
                        "address": REDIS_URL,
                        "socket_timeout": None,
                        "socket_connect_timeout": 2,
                        "socket_keepalive": True,
                        "health_check_interval": 15,
                    }
                ],
                "prefix": "enigma",
            },
        }
    }
else:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}
    }

# JSON object of the ceilings in consumers/limits.py that differ from the defaults, as {"burst": 50}.
SOCKET_LIMITS = env.text("ENIGMA_SOCKET_LIMITS", "{}")

# --- scheduled work -------------------------------------------------------------------------------------------------

Q_CLUSTER = {
    "name": "enigma",
    # The ORM broker: the Redis broker loses what a crashed worker had popped.
    "orm": "default",
    "workers": env.whole("ENIGMA_WORKERS", 1, 1, 32),
    "timeout": 60,
    "retry": 300,
    "poll": 1,
    "catch_up": False,
    "save_limit": 100,
    "label": _("Scheduled work"),
}

# --- webhooks -------------------------------------------------------------------------------------------------------

WEBHOOK_PLAIN = not PRODUCTION
"""Post to http:// addresses, too."""
WEBHOOK_PRIVATE = env.flag("ENIGMA_WEBHOOKS_PRIVATE")
"""Post to addresses of this machine and its network, too. Whoever may add webhooks can then reach what is there."""

# --- accounts -------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "enigma_rt.organisers.Owners",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/play"
ACCOUNT_ADAPTER = "enigma_rt.adapter.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "enigma_rt.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "ENIGMA_EMAIL_VERIFICATION", "none", ("none", "optional", "mandatory")
)
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
# Limits per address would lock out a campus behind one NAT; the ones per account stay.
ACCOUNT_RATE_LIMITS = {
    "signup": "600/m/ip",
    "login": "600/m/ip",
    "login_failed": "300/m/ip,10/5m/key",
    "reset_password": "300/m/ip,5/m/key",
    "reset_password_from_key": "300/m/ip",
}
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

if _mail := env.url("EMAIL_URL", ("smtp", "smtp+tls", "smtps")):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or ""
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "enigma@localhost")

# --- browser --------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = False  # the proxy redirects
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # HSTS and the redirect are the proxy's
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html", "enigma", "enigma-worker"],
    },
}
ADMIN_URL = "admin/"
# Django's own pages: their scripts write markup, so no Trusted Types; the rest holds.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
}

SERVICE_WORKER_OFF = env.flag("ENIGMA_SERVICE_WORKER_OFF")
"""Browsers that have the service worker lose it, and what it kept, with the next page."""

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("ENIGMA_STATIC_ROOT", str(DATA_DIR / "static")))
HASHED_STATIC = PRODUCTION or env.flag("ENIGMA_HASHED_STATIC")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "enigma_rt.static.HashedStatic"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}


# Outside production static files are found where they lie, so that a changed stylesheet needs no collecting.
def add_headers(headers: Any, path: str, url: str) -> None:
    """A file is what its type says and nothing else."""
    headers["X-Content-Type-Options"] = "nosniff"


WHITENOISE_ADD_HEADERS_FUNCTION = add_headers
# Nobody else's pages use our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not HASHED_STATIC

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
LOCALE_PATHS = [BASE_DIR / "enigma_rt" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- logs, figures, error reports -----------------------------------------------------------------------------------

METRICS_TOKEN = env.text("ENIGMA_METRICS_TOKEN")
"""Lets whoever sends it read /metrics from anywhere. Without it only private addresses may, and over no
proxy; without a proxy in front (ENIGMA_PROXY) only this machine."""
SENTRY_DSN = env.text("SENTRY_DSN") if env.url("SENTRY_DSN", ("https", "http")) else ""
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "text", ("text", "json"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "enigma_rt.logs.JsonFormatter"},
    },
    "filters": {"calm": {"()": "enigma_rt.logs.Calm"}} if REDIS_URL else {},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", LOG_LEVELS)},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django_q": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        # One line per request and a traceback per 404 say nothing an organiser needs.
        "django.request": {"level": "ERROR"},
        "django.channels.server": {"level": "WARNING"},
        "channels_redis.pubsub": {"filters": ["calm"] if REDIS_URL else []},
    },
}
