"""Notices by mail: to a reseller's owner, and to the operator."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from kernel.tenancy import OPERATOR_RESELLER
from tenants.resellers import mails
from tenants.resellers.models import Reseller


def notify_owner(*, reseller_id: UUID, template: str, context: dict[str, object]) -> None:
    """Mail the owner by `templates/email/TEMPLATE`, in the caller's transaction.

    The operator's own streams have no owner: whoever looks after them is told anyway.
    """
    if reseller_id == OPERATOR_RESELLER:
        return
    reseller = _with_brand(reseller_id)
    mails.send_notice(reseller, to=reseller.owner_email, template=template, context=context)


def notify_people(
    *, reseller_id: UUID, addresses: Iterable[str], template: str, context: dict[str, object]
) -> list[str]:
    """The same to the owner and to others who look after the reseller, a mail to each; to whom."""
    reseller = _with_brand(reseller_id)
    told = list(dict.fromkeys([reseller.owner_email, *addresses]))
    for address in told:
        mails.send_notice(reseller, to=address, template=template, context=context)
    return told


def write_to(
    *, reseller_id: UUID, address: str, template: str, page: str, context: dict[str, object]
) -> None:
    """The same to one person, with a link to `page`: a path of the portal without its first slash."""
    reseller = _with_brand(reseller_id)
    mails.send_notice(reseller, to=address, template=template, page=page, context=context)


def notify_operator(*, reseller_id: UUID, template: str, context: dict[str, object]) -> None:
    """Mail the operator about a reseller, in the caller's transaction."""
    reseller = Reseller.objects.get(public_id=reseller_id)
    mails.send_to_operator(template=template, context={"reseller": reseller.name, **context})


def follow_owners(*, reseller_id: UUID, left: str, addresses: Sequence[str]) -> None:
    """Have notices that went to who is no owner any more go to the first of the owners."""
    if addresses and left not in addresses:
        before = Reseller.objects.filter(public_id=reseller_id, owner_email=left)
        before.update(owner_email=addresses[0])


def _with_brand(reseller_id: UUID) -> Reseller:
    # Mails show no picture.
    found = Reseller.objects.select_related("brand").defer("brand__logo")
    return found.get(public_id=reseller_id)
