"""The paper's tables and figures, its numbers beside them (`reported`), and the way from its
architecture to ours (`departures`)."""
