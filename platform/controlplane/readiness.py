"""Is everything that mail look-ups depend on right? Asked before the stack calls itself up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import redis
from django.conf import settings
from django.db import connection

from kernel import schema
from kernel.models import TemplateArtefact


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    saw: str


def look() -> Iterator[Finding]:
    """Every readiness check in turn; none stops the next."""
    for name, check in CHECKS.items():
        try:
            yield Finding(name=name, ok=True, saw=check())
        except (psycopg.Error, redis.RedisError, OSError, RuntimeError) as error:
            yield Finding(name=name, ok=False, saw=f"{type(error).__name__}: {error}".strip())


def _template() -> str:
    if not TemplateArtefact.objects.filter(pk=schema.migration_set()).exists():
        raise RuntimeError("no template schema for these migrations: run `manage.py prepare`")
    return "template schema is current"


def _views() -> str:
    """A look-up view whose owner lost BYPASSRLS returns no row and no error (proven-core §1)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE r.rolbypassrls), count(*)
               FROM pg_views v JOIN pg_roles r ON r.rolname = v.viewowner
               WHERE v.schemaname = 'public' AND v.viewname ~ '^(postfix|dovecot)_'"""
        )
        right, total = cursor.fetchone()
    if total == 0 or right != total:
        raise RuntimeError(f"{total - right} of {total} look-up views would hide their rows")
    return f"{total} look-up views"


def _known_domain() -> str:
    with psycopg.connect(settings.DSN("postfix")) as raw:
        found = raw.execute(
            "SELECT domain FROM public.postfix_domain WHERE domain = %s", [_bounce_domain()]
        ).fetchone()
    if found is None:
        raise RuntimeError(f"role postfix does not find {_bounce_domain()}: run `manage.py seed`")
    return f"role postfix finds {found[0]}"


def _dovecot() -> str:
    with psycopg.connect(settings.DSN("dovecot")) as raw:
        row = raw.execute("SELECT count(*) FROM public.dovecot_user").fetchone()
    return f"role dovecot reads {row[0] if row else 0} mailboxes"


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2)
    client.ping()
    return "answers"


def _bounce_domain() -> str:
    return f"bounce.{settings.PLATFORM_HOST}"


CHECKS: dict[str, Callable[[], str]] = {
    "template schema": _template,
    "look-up views": _views,
    "look-up as Postfix": _known_domain,
    "look-up as Dovecot": _dovecot,
    "Redis": _redis,
}
