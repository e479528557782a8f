"""The WSGI entry of the web processes."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")
application = get_wsgi_application()
# With every view, before the processes are forked: they share it, and no first request waits half a second for it.
for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    import_module(urlconf)
# What is here stays: nobody looks through it for garbage again and again.
gc.collect()
gc.freeze()
