"""The koopkg corpus as package data: case documents and evaluation sets."""
