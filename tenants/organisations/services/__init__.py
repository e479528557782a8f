"""What is done with organisations and API keys."""

from tenants.organisations.services.keys import ALL_SCOPES as ALL_SCOPES
from tenants.organisations.services.keys import API_SCOPES as API_SCOPES
from tenants.organisations.services.keys import MEMBER_SCOPES as MEMBER_SCOPES
from tenants.organisations.services.keys import create_api_key as create_api_key
from tenants.organisations.services.keys import revoke_api_key as revoke_api_key
from tenants.organisations.services.keys import rotate_api_key as rotate_api_key
from tenants.organisations.services.organisations import change_organisation as change_organisation
from tenants.organisations.services.organisations import create_organisation as create_organisation
