"""Records the hooks of one dbt run: what was parsed, rendered and handed to the driver."""
