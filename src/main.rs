//! Opens the window, or runs the command line.

fn main() {}
