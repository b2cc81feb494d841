"""The settings of a stock Channels project: what `startproject` and the Channels tutorial lead to."""

import os

import dj_database_url

SECRET_KEY = os.environ.get("SECRET_KEY", "only for the baselines of a benchmark")
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "channels",
    "game",
    "leaderboard",
]
DATABASES = {"default": dj_database_url.config(default="sqlite://:memory:", conn_max_age=600)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
if os.environ.get("REDIS_URL"):
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": os.environ["LAYER"],
            "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
        }
    }
