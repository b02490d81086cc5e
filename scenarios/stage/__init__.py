"""Where scenarios are played: driver, stations and their identities, idTags, and the way to the central system."""
