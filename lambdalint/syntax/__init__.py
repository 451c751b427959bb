"""From text to names: parsing, scopes, positions and the project's other modules."""
