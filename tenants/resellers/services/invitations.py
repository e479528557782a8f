"""How many links to choose a password are mailed: a portal is no way to write to strangers."""

from datetime import timedelta

from django.utils.crypto import salted_hmac

from kernel import clock
from kernel.tenancy import current_reseller_id
from tenants.resellers.models import InvitationSent
from tenants.resellers.states import InvitationPurpose

DAY = timedelta(days=1)


def count_invitation(
    *, purpose: InvitationPurpose, address: str, to_one: int, in_all: int | None = None
) -> bool:
    """Count a link that is mailed now, in the caller's transaction; False: there were enough.

    `to_one` inbox and `in_all` within a day. The count outlives the invitation: taking it back and
    inviting anew begins nothing again.
    """
    reseller_id, now = current_reseller_id(), clock.now()
    lately = InvitationSent.objects.filter(
        reseller_id=reseller_id, purpose=purpose, sent_at__gt=now - DAY
    )
    inbox = _inbox(address)
    if lately.filter(inbox=inbox).count() >= to_one:
        return False
    if in_all is not None and lately.count() >= in_all:
        return False
    InvitationSent.objects.create(
        reseller_id=reseller_id, purpose=purpose, inbox=inbox, sent_at=now
    )
    return True


def forget_invitations() -> int:
    """Delete what no count needs any more; how many were deleted. As role worker."""
    deleted, _ = InvitationSent.objects.filter(sent_at__lte=clock.now() - DAY).delete()
    return deleted


def _inbox(address: str) -> str:
    """What is kept of an address and all its +tags: nobody finds it out without the platform's key."""
    local, _, domain = address.rpartition("@")
    one = f"{local.partition('+')[0]}@{domain}"
    return salted_hmac(__name__, one, algorithm="sha256").hexdigest()
