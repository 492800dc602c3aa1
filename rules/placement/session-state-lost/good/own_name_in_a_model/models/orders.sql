with run_dates as (select current_date as day)

select * from run_dates
