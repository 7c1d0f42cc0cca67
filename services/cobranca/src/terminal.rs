//! What the person at the terminal reads.

use std::io::{self, Write as _};

/// Writes a line to standard output. A closed pipe (`| head`) is not our failure.
pub fn line(text: &str) {
    writeln!(io::stdout().lock(), "{text}").ok();
}

/// Writes a line to standard error.
pub fn note(text: &str) {
    writeln!(io::stderr().lock(), "{text}").ok();
}
