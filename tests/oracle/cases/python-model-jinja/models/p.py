def model(dbt, session):
    dbt.config(materialized='table', pre_hook="select 'pre {{ this.schema }}'", post_hook=["select 1", {"sql": "select 2", "transaction": False}])
    return session.sql('select 1 as id')
