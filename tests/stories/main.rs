//! Stories a user would tell, run against the built-in sandbox over real HTTP.
