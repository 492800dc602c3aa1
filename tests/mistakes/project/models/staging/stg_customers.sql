select
    customer_id,
    name as customer_name,
    country,
    created_at
from {{ ref('raw_customers') }}
