"""Delivery to mailboxes that are hosted here: Rspamd's opinion, then LMTP to Dovecot."""

import re

import httpx

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.jobs import Job
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed
from mailcore.delivery.smtp.pool import Prepare, SessionPool
from mailcore.delivery.smtp.session import Endpoint
from mailcore.delivery.smtp.tls import CLEAR
from mailcore.delivery.smtp.transaction import BeforeDot

#: The site of recipients whose domain is hosted here.
LOCAL = "local"
#: Dovecot's LMTP and Rspamd both serve a handful at once well.
SCAN_SECONDS = 30.0
SPAM_ACTIONS = frozenset({"add header", "rewrite subject", "reject", "quarantine"})
LATER_ACTIONS = frozenset({"soft reject"})
_OURS = re.compile(rb"^X-Spam:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)


class LocalDelivery:
    """Hands a message to Dovecot, with a header line that says what the spam filter thought."""

    def __init__(self, settings: EgressSettings, *, sessions: SessionPool) -> None:
        self._settings = settings
        host, port = settings.dovecot_lmtp
        self._endpoint = Endpoint(
            host="mail store",
            address=host,
            port=port,
            helo=settings.infra_domain,
            is_lmtp=True,
            policy=CLEAR,
        )
        self._sessions = sessions
        self._scanner = httpx.AsyncClient(
            base_url=settings.rspamd_url, timeout=SCAN_SECONDS, trust_env=False
        )

    async def deliver(self, *, prepare: Prepare, before_dot: BeforeDot) -> dict[str, Answer]:
        """An answer per recipient's address; raises ConnectionFailed."""
        return await self._sessions.deliver(
            site=LOCAL,
            endpoints=[self._endpoint],
            prepare=prepare,
            before_dot=before_dot,
            connections=self._settings.connections_per_site,
            messages=self._settings.messages_per_connection,
        )

    async def marked(self, job: Job, content: bytes) -> bytes:
        """The content with the spam filter's mark; raises ConnectionFailed when it must wait."""
        if job.message.stream == "system":
            return content  # written by ourselves
        action = await self._scan(job, content)
        if action in LATER_ACTIONS:
            raise ConnectionFailed(f"the spam filter says {action}", phase="scan")
        head, mark, body = content.partition(b"\r\n\r\n")
        clean = _OURS.sub(b"", head + b"\r\n").removesuffix(b"\r\n")
        verdict = b"X-Spam: Yes\r\n" if action in SPAM_ACTIONS else b""
        return verdict + clean + mark + body

    async def close(self) -> None:
        """Close the scanner's connections."""
        await self._scanner.aclose()

    async def _scan(self, job: Job, content: bytes) -> str:
        message = job.message
        headers = [("From", message.envelope_from or "<>"), ("Queue-Id", str(message.message_id))]
        headers += [("Rcpt", recipient.address) for recipient in job.recipients]
        # A known sender and no client address: the checks for strangers do not apply to our own.
        headers.append(("User", message.submitter or message.envelope_from or "system"))
        raw = [(name.encode(), value.encode()) for name, value in headers]
        try:
            response = await self._scanner.post("/checkv2", content=content, headers=raw)
            response.raise_for_status()
            return str(response.json().get("action", "no action"))
        except (httpx.HTTPError, ValueError) as error:
            text = f"the spam filter gave no answer: {type(error).__name__}"
            raise ConnectionFailed(text, phase="scan") from error
