"""The fields of a posted JSON object, each checked as it is taken out."""

import binascii
from collections.abc import Collection, Mapping

from mailcore.delivery.sending.errors import MessageInvalid, TooLarge
from mailcore.protocol import addresses

#: Octets of a message when it is put together; base64 of it is a third longer.
LARGEST_MESSAGE = 10_000_000


class Given:
    """A JSON object at a place ('' is the message itself); raises MessageInvalid for what is none."""

    def __init__(self, value: object, *, known: Collection[str], at: str = "") -> None:
        if not isinstance(value, Mapping):
            raise MessageInvalid("An object is expected here.", field=at)
        self._fields, self._at = value, f"{at}/" if at else ""
        for name in value:
            if name not in known:
                sentence = f"This field is not known; there are: {', '.join(sorted(known))}."
                raise MessageInvalid(sentence, field=self.place(pointer(name)))

    def place(self, name: str) -> str:
        """The JSON pointer of a field, without the slash in front."""
        return f"{self._at}{name}"

    def has(self, name: str) -> bool:
        """Whether the field is there, and not null."""
        return self._fields.get(name) is not None

    def text(self, name: str, *, most: int) -> str:
        """A text of at most so many characters, '' when it is not there; without NUL."""
        value = self._fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise MessageInvalid("A text is expected here.", field=self.place(name))
        if len(value) > most:
            message = f"This text has more than {most} characters."
            raise MessageInvalid(message, field=self.place(name))
        if "\0" in value:
            raise MessageInvalid("A text holds no NUL.", field=self.place(name))
        return value

    def line(self, name: str, *, most: int) -> str:
        """A text that stands in a header: without line ends and other control characters."""
        value = self.text(name, most=most)
        if not addresses.is_line(value):
            message = "Line ends and control characters cannot stand in a header."
            raise MessageInvalid(message, field=self.place(name))
        return value.strip()

    def list(self, name: str, *, most: int) -> list[object]:
        """A list of at most so many, empty when it is not there."""
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise MessageInvalid("A list is expected here.", field=self.place(name))
        if len(value) > most:
            message = f"This list has more than {most} entries."
            raise MessageInvalid(message, field=self.place(name))
        return value

    def object(self, name: str) -> Mapping[str, object]:
        """An object, empty when it is not there."""
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise MessageInvalid("An object is expected here.", field=self.place(name))
        return value

    def file(self, name: str) -> bytes:
        """Octets out of base64 (RFC 4648 §4), in one piece or in lines."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise MessageInvalid("A text in base64 is expected here.", field=self.place(name))
        if len(value) > 2 * LARGEST_MESSAGE:
            raise TooLarge(field=self.place(name))
        try:
            return binascii.a2b_base64("".join(value.split()).encode(), strict_mode=True)
        except (binascii.Error, UnicodeError) as error:
            raise MessageInvalid("This is not base64.", field=self.place(name)) from error


def pointer(name: object) -> str:
    """A name as a step of a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")
