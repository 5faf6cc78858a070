"""The sentences of the code in three languages: collected, compiled and checked. English stands in the source.

``python -m app.messages`` brings the catalogues up to date, ``… check`` says what is wrong with them, and
``… compile`` only compiles, as the start of a demo, of the tests and the image do.
"""

from app.messages.catalogues import compile_all

__all__ = ["compile_all"]
