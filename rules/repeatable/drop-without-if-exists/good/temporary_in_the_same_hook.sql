{{ config(
    materialized='table',
    post_hook="""
        create temporary table late_orders as select order_id from {{ this }};
        delete from {{ this }} where order_id in (select order_id from late_orders);
        drop table late_orders
    """
) }}

select 1 as order_id
