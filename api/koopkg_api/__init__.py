"""The HTTP edge of koopkg: JSON API, SPARQL endpoint and web pages over one published snapshot."""
