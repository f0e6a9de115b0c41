"""Django's settings, from the one frozen object that reads the environment."""

from __future__ import annotations

from collections.abc import Mapping

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from linli.config.environment import Settings
from linli.config.logs import logging_config
from linli.config.places import CHECKOUT

HOUSE = Settings.from_env()

SECRET_KEY = HOUSE.secret_key
DEBUG = HOUSE.debug
ALLOWED_HOSTS = list(HOUSE.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(HOUSE.trusted_origins)
BASE_URL = HOUSE.base_url
EVENTS_URL = HOUSE.events_url
KEYS_DIR = HOUSE.keys_dir
MEDIA_DIR = HOUSE.media_dir
# Where the trail's chain stood each hour, outside the database.
HEADS_FILE = HOUSE.places.home / "audit-heads"
DEMO = HOUSE.demo
CLOCK_CAN_MOVE = HOUSE.demo or HOUSE.testing
# Behind proxies of our own, the address a browser has is what the last of them wrote down.
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES = HOUSE.proxies
# The ways out of the house, by name: only those the environment has credentials for.
NOTICE_CHANNELS = {
    "sms": HOUSE.sms_url,
    "email": HOUSE.email_url,
    "wecom": HOUSE.wecom_url,
    "dingtalk": HOUSE.dingtalk_url,
}
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "csp",
    "procrastinate.contrib.django",
    *(["django_linear_migrations"] if HOUSE.testing else []),
    "linli.ground.audit",
    "linli.ground.privacy",
    "linli.ground.territory",
    "linli.ground.people",
    "linli.ground.accounts",
    "linli.engines.files",
    "linli.engines.forms",
    "linli.engines.notices",
    "linli.engines.workflow",
    "linli.domains.matters",
    "linli.outer.analytics",
    "linli.outer.packs",
    "linli.flows",
    "linli.web",
]
FIRST_PARTY_APPS = [app for app in INSTALLED_APPS if app.startswith("linli.")]

MIDDLEWARE = [
    "linli.config.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linli.web.middleware.ActorOfRequest",
    "linli.web.middleware.RefusalsAsPages",
]

ROOT_URLCONF = "linli.config.urls"
WSGI_APPLICATION = "linli.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours before those that come with the sign-in.
        "DIRS": [CHECKOUT / "linli" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "template_partials.templatetags.partials",
                "linli.web.templatetags.parts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "linli.web.context.shell",
            ],
        },
    }
]

# Who waits longer than five seconds is told so. A pool left to itself waits twice as long before
# each new try, up to minutes after the database is back: this one gives up soon and begins anew.
POOL = {"min_size": 1, "max_size": 10, "timeout": 5, "reconnect_timeout": 2}


def server_of(dsn: Mapping[str, object]) -> dict[str, object]:
    """Where the database is and who asks, in Django's words."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    names |= {"HOST": "host", "PORT": "port"}
    return {name: dsn.get(key) or "" for name, key in names.items()}


DATABASES: dict[str, dict[str, object]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        # Only an owner can make the tests' database; they then work with the rights of the house.
        **server_of(conninfo_to_dict(HOUSE.places.owner_dsn if HOUSE.testing else HOUSE.dsn)),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # A pool survives a restart of the database; tests use plain connections, which a
            # test database can be dropped under.
            **({} if HOUSE.testing else {"pool": POOL}),
            "application_name": "linli",
        },
        "TEST": {"NAME": "linli_test"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        # Lock-outs live here: the few hundred entries Django keeps would soon be culled.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start/"
ACCOUNT_ADAPTER = "linli.web.sign_in.ClosedRegistration"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "linli.web.sign_in.SealedFactors"
# A code typed as its half minute ends is still right.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "邻里 Linli"
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, *([EVENTS_URL] if EVENTS_URL else [])],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# One photo may have 20 MB, a report nine of them; the parts that are text stay small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [CHECKOUT / "linli" / "web" / "locale"]
TIME_ZONE = HOUSE.time_zone
USE_TZ = True

STATIC_URL = "/static/"
# Tests serve what was built from where it was built.
STATIC_ROOT = (
    CHECKOUT / "linli" / "web" / "static" if HOUSE.testing else HOUSE.places.home / "static"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or HOUSE.testing
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or HOUSE.testing

PROCRASTINATE_ON_APP_READY = "linli.config.jobs.put_together"
CSRF_FAILURE_VIEW = "linli.web.views.csrf_failed"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING = logging_config(HOUSE.log_level)
