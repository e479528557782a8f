"""Zones of a running Knot DNS, added and removed through its control socket."""

import subprocess
import threading
import time
from pathlib import Path

SECONDS = 60
TRIES = 20
_ONE_TRANSACTION = threading.Lock()


class KnotError(Exception):
    """knotc said no; the text is what it said."""


class Knot:
    """One knotd, reached through its control socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def run(self, *words: str) -> str:
        """Run one control command and return its output; KnotError when it fails."""
        try:
            done = subprocess.run(
                ["knotc", "-s", str(self._socket), "-t", str(SECONDS), *words],
                capture_output=True,
                text=True,
                timeout=SECONDS + 5,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KnotError(f"knotc {' '.join(words)}: {error}") from error
        if done.returncode != 0:
            raise KnotError(f"knotc {' '.join(words)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def has_zone(self, zone: str) -> bool:
        """Whether the configuration names the zone."""
        # Asked for one zone by name, knotc echoes the name whether it is there or not.
        return f"zone.domain = {zone}." in self.run("conf-read", "zone.domain").splitlines()

    def configure(self, zone: str, *, present: bool) -> None:
        """Name the zone in the configuration, or forget it; nothing happens when it is so already."""
        with _ONE_TRANSACTION:
            if self.has_zone(zone) == present:
                return
            self._begin()
            try:
                self.run("conf-set" if present else "conf-unset", f"zone[{zone}.]")
                self.run("conf-commit")
            except KnotError:
                self.run("conf-abort")
                raise

    def _begin(self) -> None:
        # Somebody else's transaction ends within milliseconds.
        for _ in range(TRIES):
            try:
                self.run("conf-begin")
            except KnotError:
                time.sleep(0.1)
            else:
                return
        self.run("conf-begin")

    def fill(self, zone: str, records: list[str]) -> None:
        """Put records ("NAME TTL TYPE DATA", NAME relative) into an empty zone; one that has a SOA stays."""
        try:
            if " SOA " in self.run("zone-read", f"{zone}.", "@", "SOA"):
                return
        except KnotError:
            pass  # an empty zone has nothing to read
        self._begin_zone(zone)
        try:
            for record in records:
                self.run("zone-set", f"{zone}.", *record.split(" ", 3))
            self.run("zone-commit", f"{zone}.")
        except KnotError:
            self.run("zone-abort", f"{zone}.")
            raise

    def _begin_zone(self, zone: str) -> None:
        # A zone that was just named is being loaded for a moment.
        for _ in range(TRIES):
            try:
                self.run("zone-begin", f"{zone}.")
            except KnotError:
                time.sleep(0.05)
            else:
                return
        self.run("zone-begin", f"{zone}.")

    def purge(self, zone: str) -> None:
        """Remove what is stored of a zone that the configuration no longer names."""
        self.run("-f", "zone-purge", "+orphan", f"{zone}.")
