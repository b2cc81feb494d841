"""Reads: `content` (questions and story, cached), `play` (a player's page), `accounts` (who is asking), `console`."""
