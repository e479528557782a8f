"""What is done with members."""

from tenants.accounts.services.changing import change_member as change_member
from tenants.accounts.services.changing import remove_member as remove_member
from tenants.accounts.services.inviting import invite_again as invite_again
from tenants.accounts.services.inviting import invite_member as invite_member
from tenants.accounts.services.joining import join as join
from tenants.accounts.services.owners import OWNER_READY as OWNER_READY
from tenants.accounts.services.owners import create_owner as create_owner
from tenants.accounts.services.owners import ensure_operator_member as ensure_operator_member
from tenants.accounts.services.owners import invite_owner as invite_owner
from tenants.accounts.services.owners_anew import invite_owner_anew as invite_owner_anew
from tenants.accounts.services.owners_anew import invite_owner_of as invite_owner_of
