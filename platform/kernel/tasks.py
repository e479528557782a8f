"""The base class of every Celery task: it carries the reseller, and never guesses one."""

import logging
from typing import Any, cast

from celery import Task, current_task

from kernel import ids
from kernel.tenancy import current_schema, in_schema
from kernel.trace import current_trace_id, set_trace_id

log = logging.getLogger(__name__)

SCHEMA_HEADER = "x_schema"
TRACE_HEADER = "x_trace"


class MissingReseller(Exception):
    """A task was sent or run without the schema it is for."""


class TenantTask(Task[Any, Any]):
    """Runs in the schema that its message names in a header; raises when there is none."""

    abstract = True

    def apply_async(  # type: ignore[override] # Celery's dozen options pass through
        self,
        args: tuple[object, ...] | None = None,
        kwargs: dict[str, object] | None = None,
        **options: Any,
    ) -> Any:
        """Send, with the current schema and trace id in the headers."""
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(SCHEMA_HEADER, _sender_schema())
        headers.setdefault(TRACE_HEADER, current_trace_id())
        return super().apply_async(args, kwargs, headers=headers, **options)

    def before_start(self, *_: object) -> None:
        """Name the task, so that Celery's own line of how it ended has the id too."""
        set_trace_id(_header(self.request, TRACE_HEADER) or f"task-{ids.uuid7()}")
        # In place of Celery's "received", which comes before anybody can know whose task it is.
        log.info("Task %s[%s] begins", self.name, self.request.id)

    def after_return(self, *_: object) -> None:
        """What the process says between two tasks is about neither."""
        set_trace_id("")

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Run in the reseller's schema."""
        schema = _header(self.request, SCHEMA_HEADER)
        if not schema:
            raise MissingReseller(self.name)
        with in_schema(schema):
            return super().__call__(*args, **kwargs)


def _sender_schema() -> str:
    # Inside a task the schema of that task counts: a chain's second link has no connection state.
    inherited = _header(current_task.request, SCHEMA_HEADER) if current_task else None
    return inherited or current_schema()


def _header(request: Any, name: str) -> str | None:
    value = getattr(request, name, None) or (request.headers or {}).get(name)
    return cast("str | None", value)
