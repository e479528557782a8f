"""Building blocks of request bodies."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from kernel import ids
from kernel.errors import NotFound

#: The JSON type that a field takes; Django REST framework would make texts of numbers.
_TYPES: Sequence[tuple[type[serializers.Field[Any, Any, Any, Any]], type, str]] = (
    (serializers.BooleanField, bool, "true or false"),
    (serializers.IntegerField, int, "a whole number"),
    (serializers.CharField, str, "a text"),
    (serializers.ChoiceField, str, "a text"),
)


class Body(serializers.Serializer[Any]):
    """A request body; a field that we do not know is refused, for it may be a typing mistake."""

    default_error_messages = {"invalid": "This has to be a JSON object."}
    #: What such a body looks like, for the API's document.
    example: ClassVar[Mapping[str, object]] = {}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """As declared; a word that is none of a field's choices is answered with the choices."""
        found = super().get_fields()
        for field in found.values():
            one = field.child if isinstance(field, serializers.ListField) else field
            if isinstance(one, serializers.ChoiceField):
                words = ", ".join(str(word) for word in one.choices)
                one.error_messages["invalid_choice"] = f"This is one of: {words}."
        return found

    def to_internal_value(self, data: Any) -> Any:
        """The checked values; raises ValidationError."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                sentence = f"This field is not known; there are: {', '.join(self.fields)}."
                message = serializers.ErrorDetail(sentence, code="unknown_field")
                raise serializers.ValidationError({name: [message] for name in unknown})
            wrong = {
                name: [serializers.ErrorDetail(f"This has to be {kind}.", code="invalid")]
                for name, field in self.fields.items()
                if name in data and (kind := _other_kind(field, data[name]))
            }
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def _other_kind(field: Any, value: object) -> str:
    """What a field takes, when the value is of another type; lists are looked into."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (_other_kind(field.child, one) for one in value)), "")
    for kind, type_, words in _TYPES:
        if isinstance(field, kind):
            fits = value is None or (type(value) is type_)
            return "" if fits else words
    return ""


class Reference(serializers.Field[UUID, str, str, Any]):
    """A public id such as `dom_…`, as a UUID; one that cannot exist raises NotFound."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(**options)

    def to_internal_value(self, data: str) -> UUID:
        """The UUID; raises ValidationError for what is no text."""
        if not isinstance(data, str):
            raise serializers.ValidationError("This is not an id.", code="invalid")
        try:
            return ids.from_public(self.prefix, data)
        except NotFound as error:
            raise NotFound(error.message, field=self.field_name) from error
