"""The SQL of webhooks."""

from kernel.statements import statements_of

statement = statements_of(__file__)
