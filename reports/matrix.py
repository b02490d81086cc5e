"""A matrix of altered reference systems and scenarios as documents: JSON, Markdown and a page."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.html import environment, style


def document(name: str, version: int, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON document of a matrix: its format, ``version`` and the plugfest that made it, then its members."""
    made_with = importlib.metadata.version("plugfest")
    return {"format": f"plugfest-{name}", "format_version": version, "plugfest": made_with, **members}


def write(folder: Path, name: str, *, told: Mapping[str, Any], markdown: str, **shown: Any) -> list[Path]:
    """Write ``name``.json, which is what is ``told``, .md and .html into a folder, and return their paths.

    ``shown`` is what the template of the page, named as the matrix is, is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = environment().get_template(f"{name.replace('-', '_')}.html.j2").render(style=style(), **shown)
    documents = {"json": json.dumps(told, indent=1), "md": markdown, "html": page}
    paths = [folder / f"{name}.{suffix}" for suffix in documents]
    for path, text in zip(paths, documents.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
