"""Mutants: central systems with one deliberate defect each, which prove that scenarios can fail.

Every module of this package and of those in it declares mutants of one area; a new module needs no registration.
"""

import importlib
import pkgutil

from server.mutants.registry import MUTANTS, Mutant, mutant

__all__ = ["MUTANTS", "Mutant", "mutant"]

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
