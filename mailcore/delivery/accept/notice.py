"""The notice to the sender about recipients that acceptance refuses for good (RFC 3461, 3464)."""

from kernel import ids
from mailcore.delivery.accept.submission import Recipient, Refusal, Stream, Submission
from mailcore.protocol import dsn, xtext


def of_refused(submission: Submission, *, infra_domain: str) -> Submission | None:
    """The notice, or None when nobody is refused or nobody wants to hear of it."""
    s = submission
    told = [
        _status(recipient, recipient.refusal)
        for recipient in s.recipients
        if recipient.refusal is not None and dsn.is_wanted(recipient.notify, "failed")
    ]
    if not told or not s.envelope_from:  # the null sender never hears of anything
        return None
    message_id = f"<{ids.uuid7()}@{infra_domain}>"
    is_small = len(s.message) <= dsn.RETURN_WHOLE_UP_TO
    content = dsn.compose(
        dsn.Notification(
            sender=s.envelope_from,
            reporting_mta=infra_domain,
            postmaster=f"MAILER-DAEMON@{infra_domain}",
            message_id=message_id,
            boundary=f"=_{ids.uuid7().hex}",
            date=s.accepted_at,
            arrived=s.accepted_at,
            envelope_id=xtext.decode(s.dsn_envid or ""),
            ret=(s.dsn_ret or "") if is_small else "HDRS",
            is_utf8=s.is_smtputf8,
            # Not more of the header either.
            original=s.message[: dsn.RETURN_WHOLE_UP_TO],
            recipients=told,
        )
    )
    return Submission(
        stream=Stream.SYSTEM,
        envelope_from="",
        from_domain=infra_domain,
        recipients=(Recipient(address=s.envelope_from),),
        message=content,
        message_id=message_id,
        is_smtputf8=s.is_smtputf8,
        require_tls=s.require_tls,
        accepted_at=s.accepted_at,
    )


def _status(recipient: Recipient, refusal: Refusal) -> dsn.RecipientStatus:
    kind, mark, encoded = (recipient.orcpt or "").partition(";")
    return dsn.RecipientStatus(
        address=recipient.address,
        action="failed",
        status=refusal.enhanced,
        diagnostic=f"{refusal.code} {refusal.enhanced} {refusal.text}",
        original_recipient=f"{kind}; {xtext.decode(encoded)}" if mark else "",
    )
