"""Why a message was not accepted: who sends it hears so, in the session."""

from mailcore.protocol.mail_dialects import Answer


class NotAccepted(Exception):
    """Nothing was stored; `answer` is the reply: 451 when another try may do."""

    def __init__(self, enhanced: str, text: str, *, code: int = 451) -> None:
        self.answer = Answer(code=code, enhanced=enhanced, text=text)
        super().__init__(text)
