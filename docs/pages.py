"""What the site has besides the guides of this folder: the pages of the project's root."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "benchmarks/README.md",
    "scenarios/CATALOGUE.md",
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside this folder."""
    for page in PAGES:
        files.append(File.generated(config, page, abs_src_path=str(ROOT / page)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links between the project's root and this folder to where the site has both: in one folder."""
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(((?:\.\./)*)docs/", r"](\1", markdown)
    return markdown.replace("](../", "](")
