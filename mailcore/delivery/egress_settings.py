"""What an egress process needs to know, read from the settings once."""

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from kernel import crypto


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds, from RFC 5321 §4.5.3.2; a short one after the final dot makes duplicates."""

    connect: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600

    def scaled(self, factor: float) -> "Timeouts":
        """All of them times `factor`, for tests of faults."""
        return Timeouts(
            connect=self.connect * factor,
            greeting=self.greeting * factor,
            command=self.command * factor,
            data=self.data * factor,
            block=self.block * factor,
            dot=self.dot * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressSettings:
    """Addresses, limits and delays of one egress process; delays in seconds."""

    node: str
    delivery_dsn: str
    signer_dsn: str
    master_key: bytes
    redis_url: str
    resolver: tuple[str, int]
    sources: dict[str, str]
    infra_domain: str
    dovecot_lmtp: tuple[str, int]
    rspamd_url: str
    journal: Path
    #: The one that the process took: `engine.shards`.
    shard: int = 0
    #: Where figures are read, for shard 0; the next shard has the next port. None: nowhere.
    metrics: tuple[str, int] | None = None
    delay_scale: float = 1.0
    allow_private_targets: bool = False
    mx_host: str = ""
    authorities: str = ""
    smtp_port: int = 25
    timeouts: Timeouts = field(default_factory=Timeouts)
    connections_per_site: int = 10
    messages_per_connection: int = 100
    in_flight: int = 800
    batch: int = 100
    quantum: int = 20
    waiting_lease: float = 45
    session_lease: float = 900
    heartbeat: float = 5
    takeover: float = 30
    sweep: float = 10
    drain: float = 30


def read_settings(*, node: str) -> EgressSettings:
    """The settings of this process; reads the master key file."""
    return EgressSettings(
        node=node,
        delivery_dsn=settings.DSN("delivery"),
        signer_dsn=settings.DSN("signer"),
        master_key=crypto.master_key(Path(settings.MASTER_KEY_FILE)),
        redis_url=settings.REDIS_URL,
        resolver=settings.RESOLVER,
        sources=dict(settings.EGRESS_SOURCES),
        infra_domain=settings.INFRA_DOMAIN,
        dovecot_lmtp=settings.DOVECOT_LMTP,
        rspamd_url=settings.RSPAMD_URL,
        journal=Path(settings.JOURNAL),
        metrics=settings.METRICS_LISTEN,
        delay_scale=settings.DELAY_SCALE,
        allow_private_targets=settings.ALLOW_PRIVATE_TARGETS,
        mx_host=settings.MX_HOST,
        authorities=settings.CA_FILE,
        timeouts=Timeouts().scaled(settings.SMTP_TIMEOUT_SCALE),
        connections_per_site=settings.EGRESS_CONNECTIONS_PER_SITE,
    )
