"""The SQL of the delivery plane, and how its connections plan it."""

from kernel.statements import statements_of

#: For connections with few statements: each is planned once, as planning took longer than most do.
#: The queue may be empty just then, and a plan that reads all of it looks cheap: so none may.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
#: Before a statement with the bounds of its days, in its transaction: a plan for all days that are kept
#: takes longer to begin than one for these takes to make and to run (decision 0027).
PLANNED_WITH_BOUNDS = "SET LOCAL plan_cache_mode = force_custom_plan"

statement = statements_of(__file__)
