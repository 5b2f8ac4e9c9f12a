"""Plotly views of a denoised sentence, as plain figure dictionaries for `st.plotly_chart`."""

from __future__ import annotations

from app.components.plots.confidence import confidence
from app.components.plots.river import river
from app.components.plots.style import Figure

__all__ = ["Figure", "confidence", "river"]
