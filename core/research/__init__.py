"""Research: experiments, benchmarks and the paper's presets. No part of the public interface."""
