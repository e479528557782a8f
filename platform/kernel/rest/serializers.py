"""Building blocks of request bodies."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from kernel import ids


class Body(serializers.Serializer[Any]):
    """A request body; a field that we do not know is refused, for it may be a typing mistake."""

    #: What such a body looks like, for the API's document.
    example: ClassVar[Mapping[str, object]] = {}

    def to_internal_value(self, data: Any) -> Any:
        """The checked values; raises ValidationError."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                message = serializers.ErrorDetail("This field is not known.", code="unknown_field")
                raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


class Reference(serializers.Field[UUID, str, str, Any]):
    """A public id such as `dom_…`, as a UUID; one that cannot exist raises NotFound."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(**options)

    def to_internal_value(self, data: str) -> UUID:
        """The UUID; raises ValidationError for what is no text."""
        if not isinstance(data, str):
            raise serializers.ValidationError("This is not an id.", code="invalid")
        return ids.from_public(self.prefix, data)
