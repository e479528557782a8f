"""The API of one portal."""

import os
from types import TracebackType
from typing import Self

from livery_client.resources import Resources
from livery_client.transport import Transport


class Client(Resources):
    """`Client("portal.example.com", "lvk_…").domains.list()`; close it, or use it in a `with`.

    `address` connects there instead of to what the name resolves to; `ca_file` trusts that authority
    instead of the system's.
    """

    def __init__(
        self, portal: str, key: str, *, address: str = "", ca_file: str = "", timeout: float = 30.0
    ) -> None:
        self.transport = Transport(portal, key, address=address, ca_file=ca_file, timeout=timeout)
        super().__init__(self.transport)

    @classmethod
    def from_environment(cls) -> Self:
        """The portal of `LIVERY_PORTAL` with the key `LIVERY_KEY`, and `LIVERY_ADDRESS` and `LIVERY_CA_FILE`.

        Raises KeyError for one of the first two that is not set.
        """
        return cls(
            os.environ["LIVERY_PORTAL"],
            os.environ["LIVERY_KEY"],
            address=os.environ.get("LIVERY_ADDRESS", ""),
            ca_file=os.environ.get("LIVERY_CA_FILE", ""),
        )

    def close(self) -> None:
        """Give the connection back."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
