"""koopkg: a knowledge graph and semantic search over cooperation practice in German municipalities."""

from importlib.metadata import version

__version__ = version("koopkg")

__all__ = ["__version__"]
