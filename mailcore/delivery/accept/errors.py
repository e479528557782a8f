"""Why a message was not accepted now; the sender's side keeps it and tries again."""

from mailcore.protocol.lmtp import Answer


class NotAccepted(Exception):
    """Nothing was stored; `answer` is the reply, 451 so that Postfix keeps the message."""

    def __init__(self, enhanced: str, text: str) -> None:
        self.answer = Answer(code=451, enhanced=enhanced, text=text)
        super().__init__(text)
