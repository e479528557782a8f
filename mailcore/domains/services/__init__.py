"""What can be done to mail domains."""

from mailcore.domains.services.adding import add_domain as add_domain
from mailcore.domains.services.checking import check_domain as check_domain
from mailcore.domains.services.checking import check_domains as check_domains
from mailcore.domains.services.checking import request_check as request_check
from mailcore.domains.services.credentials import add_credential as add_credential
from mailcore.domains.services.credentials import check_credential as check_credential
from mailcore.domains.services.credentials import remove_credential as remove_credential
from mailcore.domains.services.dkim_keys import request_rotation as request_rotation
from mailcore.domains.services.dkim_keys import revoke_key as revoke_key
from mailcore.domains.services.dkim_keys import store_key as store_key
from mailcore.domains.services.dkim_keys import turn_keys as turn_keys
from mailcore.domains.services.dns_plans import apply_dns_plan as apply_dns_plan
from mailcore.domains.services.dns_plans import plan_dns as plan_dns
from mailcore.domains.services.dns_plans import undo_dns_plan as undo_dns_plan
from mailcore.domains.services.dns_plans import work_on_plan as work_on_plan
from mailcore.domains.services.own_domain import ensure_platform_domain as ensure_platform_domain
from mailcore.domains.services.policies import set_dmarc_policy as set_dmarc_policy
from mailcore.domains.services.policies import set_mta_sts_mode as set_mta_sts_mode
from mailcore.domains.services.publishing import publish_records as publish_records
from mailcore.domains.services.publishing import republish as republish
from mailcore.domains.services.publishing import request_dns_update as request_dns_update
from mailcore.domains.services.releasing import release_domain as release_domain
from mailcore.domains.services.suspending import resume_domain as resume_domain
from mailcore.domains.services.suspending import suspend_domain as suspend_domain
from mailcore.domains.services.targets import choose_publishing as choose_publishing
from mailcore.domains.services.targets import write_targets as write_targets
