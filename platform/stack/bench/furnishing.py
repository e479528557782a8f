"""What every bench needs in a stack: a reseller of its own with a verified domain and two mailboxes."""

from stack.client.endpoints import Endpoints
from stack.demo import domain, mailbox, signup
from stack.demo.world import World, new_world


def furnished(endpoints: Endpoints) -> World:
    """Sign a new reseller up and make a verified domain with two mailboxes to measure with."""
    world = new_world(endpoints)
    signup.sign_up(world, world.acme)
    domain.make_key(world, world.acme)
    domain.add_domain(world)
    domain.buy_zone(world)
    domain.publish(world)
    domain.verified(world)
    mailbox.create_both(world)
    return world
