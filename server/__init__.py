"""The bundled reference central system, built on the ``ocpp`` and ``websockets`` packages."""
