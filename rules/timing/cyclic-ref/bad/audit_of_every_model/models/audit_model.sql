select cast(null as text) as model
