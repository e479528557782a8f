"""A verified domain of Acme's, and reports that arrive for it by the feedback daemon."""

import asyncio
from collections.abc import Callable

import pytest
from django.conf import settings

from kernel import clock
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.feedback.daemons.feedback import Configuration, Feedback
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.smtp_arguments import parse_mail, parse_rcpt
from tests.unit.protocol.reports import samples


def proof_of(sender: str) -> str:
    domain = sender.rpartition("@")[2]
    return f"dkim=pass header.d={domain}; dmarc=pass (policy=reject) header.from={domain}"


@pytest.fixture
def hosted(transactional_db: None, acme: object) -> Domain:
    """client.test, verified; run as role web."""
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="client.test"
    )
    Domain.objects.update(state="verified", verified_at=clock.now())
    directory.set_routed(domain.name, is_verified=True)
    domain.refresh_from_db()
    return domain


Arrive = Callable[..., list[int]]


@pytest.fixture
def arrive() -> Arrive:
    """Hand messages to the daemon as Postfix does; the codes of its answers."""

    def deliver(*messages: tuple[str, bytes], sender: str = "dmarc@google.com") -> list[int]:
        async def main() -> list[int]:
            feedback = Feedback(
                Configuration(
                    address=("", 0), host="mx.infra.test", dsn=settings.DSN("delivery"), key=b"k" * 32,
                    reports_domain=settings.REPORTS_DOMAIN,
                )
            )  # fmt: skip
            try:
                answers = [await feedback.deliver(_transaction(*one, sender)) for one in messages]
            finally:
                await feedback.close()
            return [answer.code for found in answers for answer in found]

        return asyncio.run(main())

    return deliver


def _transaction(local_part: str, message: bytes, sender: str) -> Transaction:
    address = local_part if "@" in local_part else f"{local_part}@{settings.REPORTS_DOMAIN}"
    return Transaction(
        mail=parse_mail(f"FROM:<{sender}>"),
        recipients=(parse_rcpt(f"TO:<{address}>", is_smtputf8=False),),
        message=message,
    )


@pytest.fixture
def post(hosted: Domain, arrive: Arrive) -> Callable[..., list[int]]:
    """A report in a message of a sender that our MX found proven."""

    def send(report: bytes, *, kind: str = "dmarc", sender: str = "dmarc@google.com", proven: bool = True) -> list[int]:  # fmt: skip
        results = proof_of(sender) if proven else "dkim=none; dmarc=none"
        message = samples.mail(report, sender=sender, results=results)
        return arrive((f"{kind}-{hosted.label}", message), sender=sender)

    return send
