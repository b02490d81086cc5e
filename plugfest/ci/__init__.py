"""``plugfest ci``: a ready-made file that has a CI service play the suite."""

from __future__ import annotations

from importlib import resources

import click

SERVICES = {"github": "github.yml", "gitlab": "gitlab.yml", "jenkins": "Jenkinsfile"}
"""CI services, and the file that is for each."""


@click.command()
@click.argument("service", type=click.Choice(list(SERVICES)))
def ci(service: str) -> None:
    """Print a file for a CI service: GitHub Actions, GitLab or Jenkins.

    For example plugfest ci github > .github/workflows/plugfest.yml; its first lines say where it belongs.
    """
    click.echo((resources.files(__package__) / SERVICES[service]).read_text(encoding="utf-8"), nl=False)
