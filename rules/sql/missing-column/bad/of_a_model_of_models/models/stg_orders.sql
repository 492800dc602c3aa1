with source as (
    select 1 as order_id, 'paid' as status, 12.5 as total
),
renamed as (
    select order_id, status, total as order_total from source
)
select * from renamed
