use std::process::ExitCode;

fn main() -> ExitCode {
    xinge::cli::main()
}
