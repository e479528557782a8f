"""The Celery application. A message is a wake-up that carries ids, never content."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")

app = Celery("controlplane", task_cls="kernel.tasks:TenantTask")
app.config_from_object("controlplane.celery_settings")
app.autodiscover_tasks(
    [
        "controlplane",
        "tenants.resellers",
        "tenants.webhooks",
        "mailcore.domains",
        "mailcore.mailboxes",
        "mailcore.handover",
        "mailcore.holds",
        "mailcore.delivery",
        "mailcore.feedback",
        "billing.metering",
        "billing.invoicing",
    ]
)
