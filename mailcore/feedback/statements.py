"""The SQL of feedback, one statement a file."""

from kernel.statements import statements_of

statement = statements_of(__file__)
