"""A delivery process for tests to kill: run with the test database's name and JSON settings."""

import asyncio
import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

import django

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[3] / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")
django.setup()

from mailcore.delivery.egress_settings import read_settings  # noqa: E402 - needs django.setup()
from mailcore.delivery.engine import process  # noqa: E402 - needs django.setup()
from mailcore.delivery.resolver import Target  # noqa: E402 - needs django.setup()


class OneHost:
    """Every domain's mail goes to one address."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def targets(self, domain: str) -> list[Target]:
        return [Target(host=f"mx.{domain}", address=self.address)]


def main() -> None:
    """Deliver until killed."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    told = json.loads(sys.argv[1])
    configured = replace(
        read_settings(node="node1"),
        sources=told["sources"],
        journal=Path(told["journal"]),
        smtp_port=told["smtp_port"],
        delay_scale=told["delay_scale"],
    )
    asyncio.run(process.run(configured, stop=asyncio.Event(), resolver=OneHost(told["host"])))


main()
