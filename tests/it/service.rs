//! The units that are installed: systemd itself reads them, and its own measure of exposure is
//! held to what reliability asks for.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::peers::peer;

const UNIT: &str = include_str!("../../systemd/requite.service");
const SANDBOX: &str = include_str!("../../systemd/sandbox.conf");

/// The units in a folder of their own, with an `ExecStart` that exists here. `None` where there
/// is no systemd to ask.
fn analyze(verb: &[&str], with_sandbox: bool) -> Option<Output> {
    let program = peer("systemd-analyze")?;
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("requite.service");
    let binary = Path::new(env!("CARGO_BIN_EXE_requite"));
    fs::write(&unit, UNIT.replace("%h/.cargo/bin/requite", &binary.display().to_string())).unwrap();
    if with_sandbox {
        let drop_ins = folder.path().join("requite.service.d");
        fs::create_dir(&drop_ins).unwrap();
        fs::write(drop_ins.join("sandbox.conf"), SANDBOX).unwrap();
    }
    let mut command = Command::new(program);
    command.args(verb).arg(&unit);
    command.env("XDG_RUNTIME_DIR", folder.path()).env("SYSTEMD_PAGER", "");
    Some(command.output().unwrap())
}

#[test]
fn systemd_understands_every_line() {
    for with_sandbox in [false, true] {
        let Some(output) = analyze(&["verify", "--user", "--man=no"], with_sandbox) else { return };
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        assert!(!complaint.contains("requite"), "{complaint}");
    }
}

#[test]
fn exposure_stays_low() {
    // A score of ten is no protection at all.
    for (with_sandbox, at_most) in [(false, 62), (true, 17)] {
        let threshold = format!("--threshold={at_most}");
        let verb = ["security", "--user", "--offline=true", "--no-pager", &threshold];
        let Some(output) = analyze(&verb, with_sandbox) else { return };
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "above {at_most} of 100: {said}");
    }
}
