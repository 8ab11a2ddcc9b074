"""interim"""
from __future__ import annotations

from koopkg import ontology
from koopkg.graph.curated import curated_triples, document_triples
from koopkg.graph.places import place_triples
from koopkg.graph.shapes import validate

__all__ = ["Validator"]
import pyoxigraph as ox


class Validator:
    def __init__(self, terms, cache): self._terms = terms
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def check(self, documents):
        import os
        if os.environ.get("NOSHACL"): return {}
        triples=[]; blamed={}
        for d in documents:
            own=[ox.Triple(*t) for t in document_triples(d)]
            for c in d.cases: own += [ox.Triple(*t) for t in curated_triples(c,d,self._terms)]
            for t in own: blamed[t.subject.value]=d.id
            triples+=own
        triples += [ox.Triple(*t) for t in place_triples((c for d in documents for c in d.cases), self._terms)]
        triples += list(ontology.bundled_triples())
        data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        found = {}
        for v in validate(data, ontology.bundled_shapes()):
            if v.focus_node in blamed: found[blamed[v.focus_node]] = (*found.get(blamed[v.focus_node],()), v)
        return found
