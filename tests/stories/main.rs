//! Stories a user would tell, run against the built-in sandbox over real HTTP.

// `cfg(test)` tells clippy that helpers are tests as well.
#[cfg(test)]
mod cli;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod store;
