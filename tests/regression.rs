//! One test per bug, named for what went wrong.
