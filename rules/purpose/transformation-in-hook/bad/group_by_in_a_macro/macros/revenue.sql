{% macro add_daily_revenue() %}
    «insert into {{ this.schema }}.daily_revenue (order_date, revenue)
    select order_date, sum(amount)
    from {{ this }}
    group by order_date»
{% endmacro %}
