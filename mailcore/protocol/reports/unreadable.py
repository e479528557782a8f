"""Why a report is not counted."""


class Unreadable(ValueError):
    """The report cannot be used; `code` is stored and shown to the operator."""

    def __init__(self, code: str) -> None:
        self.code = f"report.{code}"
        super().__init__(self.code)
