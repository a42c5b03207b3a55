//! Parses, dispatches, reports.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use requite::cli::{Arguments, report, start_log};
use requite::error::Error;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

fn main() -> ExitCode {
    // Passwords and tokens pass through here: no debugger and no core dump shall see them. Where
    // the kernel refuses, the service's own LimitCORE holds.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let arguments = Arguments::parse();
    anstream::ColorChoice::from(arguments.globals.color).write_global();
    let log = start_log(arguments.log_level());
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::failed("can't start the runtime").because(cause))
        .and_then(|runtime| runtime.block_on(arguments.perform()));
    done.unwrap_or_else(|error| report(&error, log)).into()
}
