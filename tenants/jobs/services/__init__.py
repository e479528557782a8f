"""What is done with jobs."""

from tenants.jobs.services.ending import cancel_job as cancel_job
from tenants.jobs.services.ending import forget_jobs as forget_jobs
from tenants.jobs.services.running import Do as Do
from tenants.jobs.services.running import run_slice as run_slice
from tenants.jobs.services.starting import Item as Item
from tenants.jobs.services.starting import start as start
