"""The paper's corpora with its hyper-parameters."""
