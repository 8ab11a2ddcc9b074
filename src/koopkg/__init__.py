"""koopkg: a knowledge graph and semantic search over cooperation practice in German municipalities."""

__version__ = "0.1.0"

__all__ = ["__version__"]
