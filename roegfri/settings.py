"""One settings file: everything that differs between places comes from the environment.

Each value can also come from a file: SECRET_KEY_FILE=/run/secrets/key is read like SECRET_KEY.
docs/running.md lists them all.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from roegfri import database

ROOT = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# ---- where we are ----
TRIAL = env.bool("ROEGFRI_TRIAL", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Names under which only the public pages answer, and say nothing of what they are for.
PUBLIC_HOSTS = env.list("PUBLIC_HOSTS", default=[])
ALLOWED_HOSTS = [*ALLOWED_HOSTS, *PUBLIC_HOSTS]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
ON_LOOPBACK = set(ALLOWED_HOSTS) <= LOOPBACK
SECOND_FACTOR = env.bool("SECOND_FACTOR", default=True)
if not SECOND_FACTOR and not (TRIAL and ON_LOOPBACK):
    raise ImproperlyConfigured(
        "SECOND_FACTOR=off is for the trial on this machine only: "
        "ROEGFRI_TRIAL=1 and only loopback names in ALLOWED_HOSTS."
    )
if DEBUG and not ON_LOOPBACK:
    raise ImproperlyConfigured("DEBUG is for this machine only; ALLOWED_HOSTS names others.")

# ---- keys for personal data at rest (docs/privacy.md) ----
# FIELD_KEYS: "id:base64 of 32 bytes", the first encrypts, all decrypt. INDEX_KEY: for look-ups.
FIELD_KEYS = env.list("FIELD_KEYS")
INDEX_KEY = env.str("INDEX_KEY")

# ---- what stands on what: the storeys (README.md, "The tour of the house") ----
INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.postgres",
    "import_export",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "roegfri.audit",
    "roegfri.organisations",
    "roegfri.ui",
    "roegfri.accounts",
    "roegfri.outbox",
    "roegfri.public",
    "roegfri.api",
    "roegfri.collaboration",
    "referrals",
    "courses",
    "vouchers",
    "settlement",
    "reporting",
    "roegfri.desk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roegfri.ui.middleware.log_request",
    "roegfri.ui.middleware.never_stored",
    "csp.middleware.CSPMiddleware",
    "roegfri.public.middleware.without_cookies",
    "roegfri.api.middleware.door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "roegfri.accounts.middleware.act",
    "roegfri.ui.middleware.plain_address",
]
ROOT_URLCONF = "roegfri.urls"
WSGI_APPLICATION = "roegfri.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "roegfri.desk.frame.frame",
            ],
            "builtins": ["django.templatetags.i18n", "roegfri.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "roegfri.ui.forms.Renderer"

# ---- the database (roegfri/database.py says which roles there are) ----
_POOL = {
    "min_size": 0,
    "max_size": env.int("DATABASE_POOL", default=8),
    "timeout": env.float("DATABASE_POOL_TIMEOUT", default=10.0),
}
_DATABASE = env.db_url_config(database.app_url(env))
DATABASES = {
    "default": {
        **_DATABASE,
        "ENGINE": "roegfri.walls.postgresql",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**_DATABASE.get("OPTIONS", {}), "pool": _POOL},  # sslmode, from the URL
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- what happens by itself, and when ----
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "Europe/Copenhagen"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "seal the look-up log": {
        "task": "audit.seal",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "show that beat and worker are alive": {
        "task": "desk.heartbeat",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "take in what lies in the watched folder": {
        "task": "referrals.sweep",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "ask for a talk with those who begin soon": {
        "task": "courses.ask_for_contacts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "end who has stayed away from Kom & Kvit": {
        "task": "courses.end_long_absent",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "let waiting lists move up": {
        "task": "courses.look_at_lines",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "ask that courses are ended": {
        "task": "courses.ask_to_finish",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "ask for letters to doctors": {
        "task": "courses.ask_for_letters",
        "schedule": 120.0,
        "options": {"expires": 120},
    },
    "send what waits in the outbox": {
        "task": "outbox.send",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "tell of letters that have not arrived every quarter of an hour": {
        "task": "courses.tell_of_letters",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "forget drafts after 14 days": {
        "task": "ui.forget_old_drafts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget answers of the API after 7 days": {
        "task": "api.forget_answers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget sessions that have ended": {
        "task": "accounts.forget_ended_sessions",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# ---- people ----
AUTH_USER_MODEL = "accounts.User"
# The address is unique whatever its case: by a constraint on lower(email), which the check misses.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["roegfri.accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "roegfri.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "roegfri.accounts.forms.ChangePassword",
    "reset_password": "roegfri.accounts.forms.ResetPassword",
}
# Guesses are counted in PostgreSQL (roegfri/accounts/guesses.py), whatever address they come from.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
SOCIALACCOUNT_ADAPTER = "roegfri.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        # docs/sign-in.md: a JSON list, one object for each municipality's identity provider.
        "APPS": env.json("OIDC_PROVIDERS", default=[]),
    }
}
MFA_ADAPTER = "roegfri.accounts.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "roegfri.accounts.forms.Authenticate",
    "reauthenticate": "roegfri.accounts.forms.Reauthenticate",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# An address is the one a person was invited by, and her link to a password proves it: allauth has
# no part in that, notes it as unverified, and would refuse her every second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ON_LOOPBACK
MFA_TOTP_ISSUER = "Røgfri"
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_ENGINE = "roegfri.accounts.store"
# What a screen says may name a citizen: it stays with the session, and goes into no cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_IDLE_MINUTES = 30
# On these pages one looks up seldom: whoever is on one of them may be still for longer.
_IN_THE_ROOM = (
    "meeting",
    "meeting_mark",
    "meeting_marks",
    "meeting_all",
    "meeting_close",
    "walk_in",
    "attendance_list",
)
SESSION_IDLE_MINUTES_ON = dict.fromkeys([f"courses:{one}" for one in _IN_THE_ROOM], 120)
SESSION_ABSOLUTE_HOURS = 10
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
_HTTPS = not ON_LOOPBACK
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_NAME = "__Host-roegfri" if _HTTPS else "roegfri"
CSRF_FAILURE_VIEW = "roegfri.ui.views.forged"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
CACHES = {
    # allauth keeps its counters and used codes here: in PostgreSQL, shared by all web processes.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}
}

# ---- what a browser may do ----
SECURE_SSL_REDIRECT = _HTTPS and env.bool("SSL_REDIRECT", default=True)
# The API refuses plain http itself: a redirect would let a key go unencrypted for ever.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^api/"]
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Otherwise allauth counts the whole country's sign-ins as the proxy's own: 30 a minute.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
# Which sites may show /indlejr/ in a frame ("https://www.hvidovre.dk"); empty: any site with https.
EMBED_SITES = env.list("EMBED_SITES", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the QR code of the second factor
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *env.list("OIDC_ORIGINS", default=[])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_HANDLERS = ["roegfri.ui.uploads.CappedUpload"]
UPLOAD_CAP = 5 * 1024 * 1024  # bytes of one request's files; the rest is not read

# ---- what stands on "I dag": branches of the queue; those of a storey are named, never imported,
# by the ones below it (referrals/queries/lists.py) ----
QUEUE_BRANCHES = ["referrals.queries.lists.BRANCHES", "courses.queries.tasks.BRANCHES"]

# ---- MedCom out: what the sweep writes (referrals/intake/folder/outbound.py), and who is told what
# other systems answer (referrals/commands/inbox/replies.py) ----
MEDCOM_OUTGOING = ["referrals.commands.receipts.OUT", "courses.commands.letters.OUT"]
MEDCOM_ANSWERS = "courses.commands.letters.note_receipt"

# ---- other systems (docs/api.md) ----
API_ROUTERS = ["referrals.api.router", "courses.api.router"]
# Read by anybody without a key, from the pages of any site.
API_OPEN = ["/api/v1/courses"]
# Of one key, or of one network address without a key, in ten minutes.
API_REQUESTS = env.int("API_REQUESTS", default=600)

# ---- words ----
LANGUAGE_CODE = "da"
LANGUAGES = [("da", "Dansk"), ("en", "English")]
LOCALE_PATHS = [ROOT / "roegfri" / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
USE_THOUSAND_SEPARATOR = True

# ---- files ----
BUILD = ROOT / "build"
NODE_MODULES = ROOT / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = BUILD / "static"
STATICFILES_DIRS = [ROOT / "static", BUILD / "theme"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "roegfri.ui.finders.NodePackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "roegfri.ui.storage.Collected"},
}
WHITENOISE_MAX_AGE = 3600

# ---- messages out ----
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; whoever invites somebody is waiting
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="roegfri@localhost")
OUTBOX_GATEWAY = env.str("OUTBOX_GATEWAY", default="roegfri.outbox.gateways.console")
# kind -> the guard that is asked, in the claim's transaction, whether the message is still due.
OUTBOX_GUARDS: dict[str, str] = {}

# ---- messages in: the watched folder (docs/medcom.md) ----
MEDCOM_FOLDER = env.str("MEDCOM_FOLDER", default="")
# The code of the municipality that looks at what lies in the shared folder and names no receiver.
MEDCOM_SHARED_INBOX = env.str("MEDCOM_SHARED_INBOX", default="")

# ---- the operators' log ----
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "roegfri.ui.logs.configure"
LOGGING = {"level": LOG_LEVEL}
