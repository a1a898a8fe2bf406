//! Keeps the house: floors, files, locale keys, dependencies.

// `cfg(test)` tells clippy that helpers are tests as well.
#[cfg(test)]
mod rules;
