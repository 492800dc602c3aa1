"""Checks the hooks of a dbt project. The work is done by the program `hookproof`, which the wheel holds."""
