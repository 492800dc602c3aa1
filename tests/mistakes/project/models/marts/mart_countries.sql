select
    country,
    count(*) as customers,
    sum(total) as total
from {{ ref('dim_customers') }}
group by country
