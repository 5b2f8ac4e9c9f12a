"""Plotly views of a denoised sentence, as plain figure dictionaries for `st.plotly_chart`."""

from __future__ import annotations

from app.components.plots.boundaries import boundaries
from app.components.plots.confidence import confidence
from app.components.plots.river import river
from app.components.plots.style import Figure
from app.components.plots.table import as_csv

__all__ = ["Figure", "as_csv", "boundaries", "confidence", "river"]
