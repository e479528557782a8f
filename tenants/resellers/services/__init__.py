"""What is done with resellers: sign-up, provisioning, brand, and the operator's own row."""

from tenants.resellers.services.brand import MAX_LOGO_BYTES, change_brand
from tenants.resellers.services.invitations import count_invitation, forget_invitations
from tenants.resellers.services.mail_hosts import ask_for_mail_hosts, prove_mail_hosts
from tenants.resellers.services.notices import (
    follow_owners,
    notify_operator,
    notify_owner,
    notify_people,
    write_to,
)
from tenants.resellers.services.operating import (
    create_reseller,
    rename_reseller,
    set_owner_email,
)
from tenants.resellers.services.operator_row import ensure_operator
from tenants.resellers.services.provisioning import (
    activate,
    provision_schema,
    send_welcome,
    warn_of_limit,
)
from tenants.resellers.services.sign_up import (
    confirm_sign_up,
    forget_expired_sign_ups,
    request_sign_up,
)

__all__ = [
    "MAX_LOGO_BYTES",
    "activate",
    "ask_for_mail_hosts",
    "change_brand",
    "confirm_sign_up",
    "count_invitation",
    "create_reseller",
    "ensure_operator",
    "follow_owners",
    "forget_expired_sign_ups",
    "forget_invitations",
    "notify_operator",
    "notify_owner",
    "notify_people",
    "prove_mail_hosts",
    "provision_schema",
    "rename_reseller",
    "request_sign_up",
    "send_welcome",
    "set_owner_email",
    "warn_of_limit",
    "write_to",
]
