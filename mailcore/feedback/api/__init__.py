"""`/api/v1/domains/{id}/…`: what receivers and senders report, and the policies that follow."""

from mailcore.feedback.api import dmarc, mta_sts

urlpatterns = [*dmarc.urlpatterns, *mta_sts.urlpatterns]
