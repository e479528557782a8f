"""Look at a domain's records where they are published, keep what was seen, and say when next."""

from mailcore.checks.services.claiming import Due as Due
from mailcore.checks.services.claiming import claim_due as claim_due
from mailcore.checks.services.claiming import claim_keys as claim_keys
from mailcore.checks.services.claiming import claim_publishing as claim_publishing
from mailcore.checks.services.claiming import claim_targets as claim_targets
from mailcore.checks.services.keeping import keep as keep
from mailcore.checks.services.looking import Look as Look
from mailcore.checks.services.looking import Said as Said
from mailcore.checks.services.looking import inspect as inspect
from mailcore.checks.services.looking import walker as walker
from mailcore.checks.services.lookout import Lookout as Lookout
from mailcore.checks.services.scheduling import WATCH as WATCH
from mailcore.checks.services.scheduling import ask_for_targets as ask_for_targets
from mailcore.checks.services.scheduling import ask_for_upkeep as ask_for_upkeep
from mailcore.checks.services.scheduling import ask_to_publish as ask_to_publish
from mailcore.checks.services.scheduling import close_schedule as close_schedule
from mailcore.checks.services.scheduling import forget_publishing as forget_publishing
from mailcore.checks.services.scheduling import look_soon as look_soon
from mailcore.checks.services.scheduling import open_schedule as open_schedule
from mailcore.checks.services.scheduling import plan_ended as plan_ended
from mailcore.checks.services.scheduling import plan_keys as plan_keys
from mailcore.checks.services.scheduling import published as published
from mailcore.checks.services.scheduling import put_targets_off as put_targets_off
from mailcore.checks.services.scheduling import targets_written as targets_written
from mailcore.checks.services.scheduling import watch as watch
