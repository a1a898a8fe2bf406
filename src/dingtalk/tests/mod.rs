//! Tests of the wire that need no socket.
