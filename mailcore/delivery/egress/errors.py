"""What cannot be done with sources and pools."""

from kernel.errors import Conflict


class SourceExists(Conflict):
    """This source is there already."""

    code = "egress.source_exists"


class PoolExists(Conflict):
    """This pool is there already."""

    code = "egress.pool_exists"


class LastSource(Conflict):
    """It is the last source that sends for a pool: that mail would wait."""

    code = "egress.last_source"


class PoolUnusable(Conflict):
    """The pool is another reseller's alone, or has no source for every provider."""

    code = "egress.pool_unusable"
