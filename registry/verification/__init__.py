"""Authenticity of documents (FP art. 10(5))."""
