"""A delivery process for the storm, run by the service user: CHECKOUT and JSON of what is different about it.

`hours`: so far ahead (or behind) is its machine's clock; everything else is a field of EgressSettings.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

sys.path[:0] = [sys.argv[1], f"{sys.argv[1]}/platform"]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")

import django  # noqa: E402 - of the checkout

django.setup()

from kernel import clock  # noqa: E402 - needs django.setup()
from mailcore.delivery.egress_settings import read_settings  # noqa: E402 - needs django.setup()
from mailcore.delivery.engine import process  # noqa: E402 - needs django.setup()


def jump(hours: float) -> None:
    """Set the machine's clock, as far as this process can see."""

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=hours)

    clock.datetime = Jumped


async def main() -> None:
    """Deliver until SIGTERM, or until another process has the shard."""
    told = json.loads(sys.argv[2])
    jump(told.pop("hours", 0))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await process.run(replace(read_settings(node="node1"), metrics=None, **told), stop=stop)


logging.basicConfig(level="INFO", format="%(asctime)s %(process)d %(message)s")
asyncio.run(main())
