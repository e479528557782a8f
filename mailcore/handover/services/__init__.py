"""What giver and taker of a domain do."""

from mailcore.handover.services.accepting import accept as accept
from mailcore.handover.services.ending import decline as decline
from mailcore.handover.services.ending import expire_due as expire_due
from mailcore.handover.services.ending import withdraw as withdraw
from mailcore.handover.services.offering import offer as offer
from mailcore.handover.services.offering import redeem as redeem
