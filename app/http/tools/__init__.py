"""Interfaces of other tools: Label Studio and INCEpTION."""
