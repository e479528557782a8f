"""Keep a domain as it is until the transaction ends."""

from kernel.errors import NotFound
from mailcore.directory import services as directory
from mailcore.domains.models import Domain
from mailcore.domains.services import names


def hold(domain: Domain) -> Domain:
    """The domain, on which nobody else can do anything until the transaction ends.

    The name first, then the row: whoever claims, gives away or gives up does it in this order.
    Raises NotFound when it is gone.
    """
    directory.lock_name(names.registrable(domain.name))
    held = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if held is None:
        raise NotFound
    return held
