"""Accept, queue, deliver: the delivery plane."""
