"""What an endpoint says of itself, and the OpenAPI 3.1 document that is made of it."""

from kernel.rest.openapi.operations import Operation, Query, operation
from kernel.rest.openapi.shapes import Id, Matches, OneOf, Page, shape

__all__ = ["Id", "Matches", "OneOf", "Operation", "Page", "Query", "operation", "shape"]
