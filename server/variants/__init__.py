"""Variants: central systems with one lawful habit of real products each, which prove that scenarios are fair.

Every module of this package declares variants of one area; a new module needs no registration.
"""

import importlib
import pkgutil

from server.variants.registry import VARIANTS, Variant, variant

__all__ = ["VARIANTS", "Variant", "variant"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
