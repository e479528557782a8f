"""`/api/v1/suppressions`."""

from mailcore.delivery.suppression.api import suppressions

urlpatterns = [*suppressions.urlpatterns]
