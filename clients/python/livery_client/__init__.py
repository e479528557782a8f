"""A client for the REST API of a Livery portal."""

from livery_client.client import Client as Client
from livery_client.errors import ApiError as ApiError
from livery_client.errors import ClientError as ClientError
from livery_client.errors import Unreachable as Unreachable
