"""What can go wrong with jobs."""

from kernel.errors import Conflict


class JobOver(Conflict):
    """This job has ended."""

    code = "job.over"


class TooManyJobs(Conflict):
    """So many jobs are waiting already; let one of them end."""

    code = "job.too_many"
