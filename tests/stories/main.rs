//! Stories a user would tell, run against the built-in sandbox over real HTTP.

// `cfg(test)` tells clippy that helpers are tests as well.
#[cfg(test)]
mod card;
#[cfg(test)]
mod child;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod cli_notice;
#[cfg(test)]
mod compose;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod delivery_window;
#[cfg(test)]
mod delivery_window_closing;
#[cfg(test)]
mod delivery_window_more;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod free_notice;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod lab_again;
#[cfg(test)]
mod lab_cases;
#[cfg(test)]
mod lab_pictures;
#[cfg(test)]
mod lab_window;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod notice;
#[cfg(test)]
mod picker;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod rejected;
#[cfg(test)]
mod rejected_more;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod template;
#[cfg(test)]
mod template_mutations;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod typing;
#[cfg(test)]
mod ways;
#[cfg(test)]
mod ways_access;
#[cfg(test)]
mod ways_window;
#[cfg(test)]
mod window;
#[cfg(test)]
mod wire;
