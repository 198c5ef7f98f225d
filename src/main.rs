//! `hearken`: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    hearken::cli::main()
}
