select * from {{ ref('euros') }} qualify row_number() over (partition by order_id order by amount) = 1
