"""The operator's `/api/v1/egress/…`: where mail leaves from."""

from mailcore.delivery.egress.api import pools, sources, streams

urlpatterns = [*sources.urlpatterns, *pools.urlpatterns, *streams.urlpatterns]
