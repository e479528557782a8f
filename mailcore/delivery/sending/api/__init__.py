"""`/api/v1/messages`."""

from mailcore.delivery.sending.api import messages

urlpatterns = [*messages.urlpatterns]
