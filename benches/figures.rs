//! Figures that an issue asks for: run with `cargo bench`.

fn main() {}
