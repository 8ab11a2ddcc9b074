"""The koopkg ontology as package data: OWL, SKOS schemes, SHACL shapes and queries in Turtle and SPARQL."""
