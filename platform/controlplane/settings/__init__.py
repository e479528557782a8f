"""Settings of every process; each name that the env file may hold is read here, once."""

from pathlib import Path

from controlplane.settings import env

BASE_DIR = Path(__file__).resolve().parents[3]
MODE = env.text("LIVERY_MODE", "stack")
DEBUG = False
SECRET_KEY = env.secret("LIVERY_SECRET_KEY_FILE", default="only-for-tools-that-never-serve")
ALLOWED_HOSTS = ["*"]  # the tenant middleware answers 421 for a name it does not know
ROOT_URLCONF = "controlplane.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "controlplane.urls_public"
WSGI_APPLICATION = "controlplane.wsgi.application"

SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "drf_spectacular_sidecar",  # the reference page's reader, among the static files
    "django.forms",  # the templates of its widgets
    "kernel",
    "controlplane",
    "tenants.resellers",
    "tenants.plans",
    "tenants.accounts",
    "tenants.operators",
    "tenants.webhooks",
    "tenants.jobs",
    "mailcore.directory",
    "mailcore.checks",
    "mailcore.zones",
    "mailcore.delivery",
    "mailcore.feedback",
    "billing.pricing",
    "billing.metering",
    "billing.invoicing",
]
TENANT_APPS = [
    "tenants.accounts",
    "django.contrib.sessions",
    "tenants.organisations",
    "mailcore.domains",
    "mailcore.mailboxes",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]
TENANT_MODEL = "resellers.Reseller"
TENANT_DOMAIN_MODEL = "resellers.ResellerHost"
TENANT_LIMIT_SET_CALLS = True  # kernel.database knows when the server forgot
AUTH_USER_MODEL = "accounts.Member"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_OF = env.password_of
DATABASE_ROLE = env.text("LIVERY_DATABASE_ROLE", "web")
#: Who comes again and again. A fresh connection knows nothing of the partitions: the first plan over
#: them took it 12 to 58 ms, the later ones under 1 ms; and Celery closes its connection after each task.
POOLED_ROLES = frozenset({"web", "worker"})
#: What is asked again and again is parsed and planned once for a connection (docs/decisions/0050).
_OF_POOL = {
    "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
    "server_side_binding": True,
    "prepare_threshold": 1,
}


def _database(role: str, *, pool: bool) -> dict[str, object]:
    return {
        "ENGINE": "kernel.database",
        "NAME": env.text("LIVERY_DATABASE_NAME", "livery"),
        "HOST": env.text("LIVERY_DATABASE_HOST", "127.77.1.2"),
        "PORT": env.text("LIVERY_DATABASE_PORT", "5432"),
        "USER": f"livery_{role}",
        "PASSWORD": env.password_of(role),
        # A connection that died with the server is replaced before a request gets it.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(_OF_POOL) if pool else {},
        "TEST": {"NAME": f"test_{env.text('LIVERY_DATABASE_NAME', 'livery')}"},
    }


DATABASES = {"default": _database(DATABASE_ROLE, pool=DATABASE_ROLE in POOLED_ROLES)}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

MIDDLEWARE = [
    "controlplane.middleware.trace.TraceMiddleware",
    # What browsers may do with an answer is said of every one, whoever of the following makes it.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "controlplane.middleware.policy.PolicyMiddleware",
    "controlplane.middleware.problems.ProblemMiddleware",
    "controlplane.middleware.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # error pages of unknown hosts need it too
    "controlplane.middleware.reseller.ResellerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "controlplane.portal.context.brand",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
STATIC_ROOT = env.text("LIVERY_STATIC_ROOT") or None  # else straight out of the sources
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

AUTHENTICATION_BACKENDS = ["tenants.accounts.backend.MemberBackend"]
PASSWORD_HASHERS = ["tenants.accounts.passwords.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "controlplane.errors.csrf_failure"
FORM_RENDERER = "controlplane.portal.forms.Renderer"
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
#: Whose X-Forwarded-For is believed: addresses and ranges of our own proxies.
TRUSTED_PROXIES = env.text("LIVERY_TRUSTED_PROXIES", "127.0.0.0/8,::1").split(",")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.organisations.authentication.ApiKeyAuthentication",
        "tenants.operators.authentication.OperatorKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "kernel.rest.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "kernel.rest.openapi.describing.Described",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
}

#: One form of line for every process; the id after the level is that of the request or task.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "kernel.trace.TraceFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(trace_id)s %(name)s: %(message)s"}
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["trace"], "formatter": "line"}
    },
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "django": {"level": "INFO"},  # without handlers of its own: as all others
        "httpx": {"level": "WARNING"},  # tells whole addresses, with the secrets in them
        "lexicon": {"level": "ERROR"},  # tells whole answers
        "celery.worker.strategy": {"level": "WARNING"},  # kernel.tasks says what begins
    },
}

REDIS_URL = env.text("LIVERY_REDIS_URL", "redis://127.77.1.6:6379/0")
#: Requests of one key, of one reseller's keys together, and without a good key from one address.
API_REQUESTS_PER_MINUTE = {
    "key": int(env.number("LIVERY_API_REQUESTS_OF_KEY", 1200)),
    "reseller": int(env.number("LIVERY_API_REQUESTS_OF_RESELLER", 6000)),
    "failures": int(env.number("LIVERY_API_FAILURES_OF_ADDRESS", 60)),
}
MASTER_KEY_FILE = env.text("LIVERY_MASTER_KEY_FILE", "var/secrets/master")
IDENTITY_KEY_FILE = env.text("LIVERY_IDENTITY_KEY_FILE", "var/secrets/identity")
WEBMAIL_KEY = env.secret("LIVERY_WEBMAIL_KEY_FILE")
EMAIL_BACKEND = "mailcore.delivery.email_backend.DeliveryBackend"

PLATFORM_HOST = env.text("LIVERY_PLATFORM_HOST", "livery.test")
INFRA_DOMAIN = env.text("LIVERY_INFRA_DOMAIN", "infra.test")
DEFAULT_FROM_EMAIL = f"no-reply@{PLATFORM_HOST}"
LOCAL_SUFFIX = env.text("LIVERY_LOCAL_SUFFIX", "localhost")
LOCAL_PORT = int(env.number("LIVERY_LOCAL_PORT", 8453))
MX_HOST = env.text("LIVERY_MX_HOST", f"mx.{INFRA_DOMAIN}")
IMAP_HOST = env.text("LIVERY_IMAP_HOST", f"imap.{INFRA_DOMAIN}")
SMTP_HOST = env.text("LIVERY_SMTP_HOST", f"smtp.{INFRA_DOMAIN}")
SPF_INCLUDE = env.text("LIVERY_SPF_INCLUDE", f"spf.{INFRA_DOMAIN}")
#: Where we keep the records that clients' CNAMEs point to: it shows nobody's brand.
RECORDS_ZONE = env.text("LIVERY_RECORDS_ZONE", f"r.{INFRA_DOMAIN}")
#: Reports about clients' domains (DMARC, TLS) are asked for at addresses below this name.
REPORTS_DOMAIN = env.text("LIVERY_REPORTS_DOMAIN", f"reports.{INFRA_DOMAIN}")
#: The name of this web for what clients point at it: MTA-STS policies and client settings.
WEB_HOST = env.text("LIVERY_WEB_HOST", f"web.{INFRA_DOMAIN}")
RESOLVER = env.address("LIVERY_RESOLVER", "127.77.1.5:53")
DNS_ROOTS = env.text("LIVERY_DNS_ROOTS", "127.77.1.3,127.77.1.4").split(",")
PLATFORM_DNS_SERVER = env.address("LIVERY_PLATFORM_DNS_SERVER", "127.77.1.7:53")
PLATFORM_DNS_KEY_NAME = env.text("LIVERY_PLATFORM_DNS_KEY_NAME", "dns-platform")
PLATFORM_DNS_KEY_FILE = env.text("LIVERY_PLATFORM_DNS_KEY_FILE")
ACCEPT_LISTEN = env.address("LIVERY_ACCEPT_LISTEN", "127.77.1.15:2424")
ACCEPT_ESMTP_LISTEN = env.address("LIVERY_ACCEPT_ESMTP_LISTEN", "127.77.1.15:2525")
SENDER_POLICY_LISTEN = env.address("LIVERY_SENDER_POLICY_LISTEN", "127.77.1.15:7001")
FEEDBACK_LISTEN = env.address("LIVERY_FEEDBACK_LISTEN", "127.77.1.16:2424")
ACCEPT_METRICS_LISTEN = env.address("LIVERY_ACCEPT_METRICS_LISTEN", "127.77.1.15:9464")
METRICS_LISTEN: tuple[str, int] | None = env.address("LIVERY_METRICS_LISTEN", "127.77.1.17:9464")
#: Where mail programs' TLS ends: a name of a reseller's own is told once it is presented here.
IMAPS = env.address("LIVERY_IMAPS", "127.77.1.12:993")
SUBMISSIONS = env.address("LIVERY_SUBMISSIONS", "127.77.1.11:465")
DOVECOT_LMTP = env.address("LIVERY_DOVECOT_LMTP", "127.77.1.12:24")
RSPAMD_URL = env.text("LIVERY_RSPAMD_URL", "http://127.77.1.13:11333")
EGRESS_NODE = env.text("LIVERY_EGRESS_NODE", "node1")
EGRESS_SOURCES = dict(
    pair.split("=", 1)
    for pair in env.text("LIVERY_EGRESS_SOURCES", "127.77.1.30=out1.infra.test").split(",")
)
DNSBL_ZONES = env.text("LIVERY_DNSBL_ZONES").replace(",", " ").split()
JOURNAL = env.text("LIVERY_JOURNAL", "var/journal")
CA_FILE = env.text("LIVERY_CA_FILE")
#: PEM: the certificate (chain) and key that Apple's configuration profiles are signed with.
PROFILE_CERTIFICATE_FILE = env.text("LIVERY_PROFILE_CERTIFICATE_FILE")
PROFILE_KEY_FILE = env.text("LIVERY_PROFILE_KEY_FILE")
ALLOW_PRIVATE_TARGETS = env.flag("LIVERY_ALLOW_PRIVATE_TARGETS", default=False)
#: So many days a domain that was given up is kept from other resellers.
NAME_QUARANTINE_DAYS = int(env.number("LIVERY_NAME_QUARANTINE_DAYS", 30))
#: So many days a domain whose ownership nobody proves stays.
CLAIM_DAYS = int(env.number("LIVERY_CLAIM_DAYS", 30))
DELAY_SCALE = env.number("LIVERY_DELAY_SCALE", 1.0)
#: A DKIM key signs so long; stays published with its private half; keeps its record, both since then.
DKIM_SIGN_DAYS = env.number("LIVERY_DKIM_SIGN_DAYS", 90)
DKIM_PUBLISH_DAYS = env.number("LIVERY_DKIM_PUBLISH_DAYS", 7)
DKIM_KEEP_DAYS = env.number("LIVERY_DKIM_KEEP_DAYS", 30)
#: So many RSA keys are kept in store for new domains, which need two each.
SPARE_KEYS = int(env.number("LIVERY_SPARE_KEYS", 200))
SMTP_TIMEOUT_SCALE = env.number("LIVERY_SMTP_TIMEOUT_SCALE", 1.0)
EGRESS_CONNECTIONS_PER_SITE = int(env.number("LIVERY_EGRESS_CONNECTIONS_PER_SITE", 10))
#: What one mailbox may send on a day (UTC); more is accepted and held. Table `sending_limit` overrides.
MAILBOX_LIMITS = {
    "messages": int(env.number("LIVERY_MAILBOX_MESSAGES_PER_DAY", 2000)),
    "recipients": int(env.number("LIVERY_MAILBOX_RECIPIENTS_PER_DAY", 5000)),
    "new_recipients": int(env.number("LIVERY_MAILBOX_NEW_RECIPIENTS_PER_DAY", 1000)),
}
OPERATOR_EMAIL = env.text("LIVERY_OPERATOR_EMAIL", f"operator@{PLATFORM_HOST}")
#: Whom alarms are mailed to: best an address that this platform does not serve itself.
ALARM_EMAIL = env.text("LIVERY_ALARM_EMAIL", OPERATOR_EMAIL)
OPERATOR_PASSWORD_FILE = env.text("LIVERY_OPERATOR_PASSWORD_FILE")


def DSN(role: str) -> str:  # noqa: N802 - settings are upper case
    """The connection string of a database role, for daemons and raw connections."""
    database = DATABASES["default"]
    return (
        f"host={database['HOST']} port={database['PORT']} dbname={database['NAME']}"
        f" user=livery_{role} password={env.password_of(role)} connect_timeout=5"
    )
