def model(dbt, session):
    dbt.config(materialized='table', pre_hook="select 'pre'", post_hook=["select 1", "select 2"])
    return session.sql('select 1 as id')
