select * from run_dates
