"""Small typed protocol clients, driven by nothing but the map that `./livery endpoints --json` prints."""
