"""Settings under pytest: as in the stack, with mail kept in memory by unit tests."""

from controlplane.settings import *  # noqa: F403 - a variant of the same settings

METRICS_LISTEN = None  # several loops at once would want the same port

#: Tests ask faster than anybody; those of the limits set their own.
API_REQUESTS_PER_MINUTE = dict.fromkeys(("key", "reseller", "failures"), 1_000_000)

SESSION_COOKIE_NAME = "session"
CSRF_COOKIE_NAME = "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
