"""The public table of the operator's keys."""

from tenants.bearer.models import KeyRow


class OperatorKey(KeyRow):
    """A key of the operator's, good at the platform host alone."""

    MARK, ID = "lvo", "opk"

    class Meta:
        db_table = "operator_key"
