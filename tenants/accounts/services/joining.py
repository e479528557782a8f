"""Who was invited chooses a password, and is a member."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kernel.tenancy import current_reseller_id
from tenants.accounts import selectors
from tenants.accounts.errors import InvitationGone
from tenants.accounts.models import Member
from tenants.accounts.services import standing
from tenants.accounts.services.inviting import line
from tenants.resellers.passwords import check_strength


def join(*, invitation: str, name: str, password: str) -> Member:
    """The member of an invitation (the hash of its token), once.

    Raises InvitationGone, WeakPassword, InvalidInput.
    """
    if selectors.find_invited(invitation) is None:
        raise InvitationGone
    name = line(name)
    check_strength(password)
    hashed = make_password(password)  # slow by intent: before the transaction
    with transaction.atomic():
        member = selectors.find_invited(invitation, for_update=True)
        if member is None:  # used, replaced or withdrawn meanwhile
            raise InvitationGone
        member.name, member.password, member.is_active = name, hashed, True
        member.invitation_hash, member.invitation_expires_at = "", None
        member.save()
        who = selectors.actor_of(member, reseller_id=current_reseller_id())
        standing.tell("member.joined", member=member, actor=who)
    return member
