//! Power cuts at any moment of a first reading: nothing is lost, nothing counts twice.
//!
//! `REQUITE_KILLS=300 cargo nextest run killed` tries three hundred.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::support::exchange::{Known, Wire, complaints, home, number, server};

/// So many cuts meet one home before it is read to the end.
const EACH: usize = 2;

/// What runs when the power is cut, and when: in thousandths of an undisturbed pass.
type Cut = (&'static str, u32);

/// The first so many of a sequence that is always the same.
fn cuts(count: u32) -> Vec<Cut> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let cut = (prop::sample::select(vec!["sync", "run"]), 0..1000u32);
    (0..count).map(|_| cut.new_tree(&mut runner).unwrap().current()).collect()
}

/// Whether it was still at work.
fn killed_after(mut command: Command, time: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(time);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn a_first_sync_that_is_killed_again_and_again_ends_like_one_that_was_not() {
    let Some(dovecot) = server() else { return };
    let empty_home = || home(&dovecot, Wire::Plain, Wire::Plain.port(&dovecot));
    let clean = empty_home();
    let began = Instant::now();
    clean.run(&["sync"]);
    let whole = began.elapsed();
    let clean = Known::of(&clean);
    clean.is_whole();

    let cuts = cuts(number("REQUITE_KILLS", 8));
    let (all, began, met) = (cuts.len(), Instant::now(), AtomicU32::new(0));
    let homes: Vec<Vec<Cut>> = cuts.chunks(EACH).map(<[Cut]>::to_vec).collect();
    // One at a time, as the moments are those of a pass that has the machine for itself.
    let wrong = complaints(homes, 1, |cuts| {
        let world = empty_home();
        for (command, moment) in &cuts {
            let killed = killed_after(world.command(&[command]), whole * *moment / 1000);
            met.fetch_add(u32::from(killed), Ordering::Relaxed);
        }
        let last = world.output(&["sync"]);
        if !last.status.success() {
            return Some(format!("{cuts:?}: {}", String::from_utf8_lossy(&last.stderr)));
        }
        let wrong = Known::of(&world).differs(&clean)?;
        Some(format!("{cuts:?} of {whole:?}: {wrong}"))
    });
    let met = met.into_inner();
    eprintln!("{all} kills, {met} at work, {:?}: {} homes wrong", began.elapsed(), wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(met as usize >= all / 2, "only {met} of {all} met a pass at work");
}
