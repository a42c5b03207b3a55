//! Whatever the network does to a pass, after the next one everything is known as if it had done
//! nothing.
//!
//! `REQUITE_FAULTS=300 cargo nextest run faulty` tries three hundred, and connections that fall
//! silent in the middle of a pass, which takes minutes to be noticed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use requite::config::Tls;

use crate::support::PATIENCE;
use crate::support::dovecot::Dovecot;
use crate::support::exchange::{Known, Wire, complaints, home, number, server};
use crate::support::imap_account;
use crate::support::proxy::{Fault, Harm, Passed, Place, Proxy};
use crate::support::scripted_imap::{Mailbox, Server};

/// One pass over each of these connections.
#[derive(Debug, Clone)]
struct Trial {
    wire: Wire,
    faults: Vec<Fault>,
}

/// A server, what is known of it after an undisturbed pass, and what such a pass sends.
struct Scene {
    dovecot: Dovecot,
    clean: Known,
    passed: Vec<(Wire, Passed)>,
}

impl Scene {
    fn new() -> Option<Self> {
        let dovecot = server()?;
        let readings = Wire::ALL.map(|wire| {
            let proxy = Proxy::before(wire.port(&dovecot));
            let home = home(&dovecot, wire, proxy.port());
            home.run(&["sync"]);
            (Known::of(&home), (wire, proxy.passed()))
        });
        let (known, passed): (Vec<_>, Vec<_>) = readings.into_iter().unzip();
        known[0].is_whole();
        assert!(known.iter().all(|other| other.differs(&known[0]).is_none()));
        let clean = known.into_iter().next().unwrap();
        Some(Scene { dovecot, clean, passed })
    }

    /// A disturbed pass and a whole one; what is wrong after them, and how many faults struck.
    fn attempt(&self, trial: &Trial) -> (Option<String>, u32) {
        let proxy = Proxy::before(trial.wire.port(&self.dovecot));
        let home = home(&self.dovecot, trial.wire, proxy.port());
        proxy.harm(trial.faults.iter().copied());
        let disturbed = home.output(&["sync"]);
        let said = String::from_utf8_lossy(&disturbed.stderr).into_owned();
        let struck = proxy.passed().struck;
        if !matches!(disturbed.status.code(), Some(0 | 75)) || said.contains("panicked") {
            return (Some(format!("{trial:?}: {}: {said}", disturbed.status)), struck);
        }
        proxy.heal();
        let whole = home.output(&["sync"]);
        if !whole.status.success() {
            let said = String::from_utf8_lossy(&whole.stderr);
            return (Some(format!("{trial:?}: the whole pass: {said}")), struck);
        }
        let wrong = Known::of(&home).differs(&self.clean);
        (wrong.map(|what| format!("{trial:?}: {what}")), struck)
    }

    /// The first so many trials of a sequence that is always the same.
    fn trials(&self, count: u32, harm: impl Fn() -> BoxedStrategy<Harm>) -> Vec<Trial> {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
        let trial = prop::sample::select(self.passed.clone()).prop_flat_map(|(wire, passed)| {
            let faults = prop::collection::vec(fault(passed, harm()), 1..=2);
            faults.prop_map(move |faults| Trial { wire, faults })
        });
        (0..count).map(|_| trial.new_tree(&mut runner).unwrap().current()).collect()
    }
}

/// At any byte of a pass, but more often while a connection is made.
fn fault(passed: Passed, harm: BoxedStrategy<Harm>) -> impl Strategy<Value = Fault> {
    let place = prop_oneof![
        1 => (0..600u64).prop_map(Place::Down),
        3 => (0..passed.down).prop_map(Place::Down),
        1 => (0..passed.up).prop_map(Place::Up),
        1 => (0..40u64).prop_map(Place::Line),
        1 => (0..passed.lines).prop_map(Place::Line),
    ];
    (place, harm).prop_map(|(place, harm)| Fault::At(place, harm))
}

fn any_harm() -> BoxedStrategy<Harm> {
    prop_oneof![
        2 => Just(Harm::End),
        2 => Just(Harm::Reset),
        1 => (20..400u64).prop_map(|time| Harm::Stall(Duration::from_millis(time))),
    ]
    .boxed()
}

#[test]
fn what_a_faulty_network_keeps_back_is_read_in_the_end() {
    let Some(scene) = Scene::new() else { return };
    let mut trials = scene.trials(number("REQUITE_FAULTS", 12), any_harm);
    // One pass in thirty is slow from beginning to end.
    trials.iter_mut().step_by(30).for_each(|trial| trial.faults[0] = Fault::Drip);
    let (all, began) = (trials.len(), Instant::now());
    let struck = AtomicU32::new(0);
    // They wait more than they work.
    let wrong = complaints(trials, 8, |trial| {
        let (wrong, times) = scene.attempt(&trial);
        struck.fetch_add(times, Ordering::Relaxed);
        wrong
    });
    let struck = struck.into_inner();
    eprintln!("{all} passes, {struck} faults, {:?}: {} wrong", began.elapsed(), wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(struck as usize >= all / 2, "only {struck} faults met {all} passes");
}

#[test]
fn a_faulty_network_that_falls_silent_in_the_middle_is_given_up() {
    let count = number("REQUITE_FAULTS", 0) / 10;
    if count == 0 {
        eprintln!("skipped: silence is noticed after minutes; see REQUITE_FAULTS");
        return;
    }
    let Some(scene) = Scene::new() else { return };
    let mut trials = scene.trials(count, || Just(Harm::Silence).boxed());
    trials.iter_mut().for_each(|trial| trial.faults.truncate(1));
    let began = Instant::now();
    let wrong = complaints(trials, 30, |trial| scene.attempt(&trial).0);
    eprintln!("{count} silent passes, {:?}: {} wrong", began.elapsed(), wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn a_faulty_network_that_falls_silent_while_waiting_for_mail_is_noticed() {
    let server = Server::start(&[("INBOX", Mailbox::of(1..=9))], None).await;
    let proxy = Proxy::before(server.port);
    let mut world = imap_account::World::on(server, Tls::None);
    world.imap().port = proxy.port();
    world.pace.silence = Duration::from_millis(300);
    world.pace.farewell = Duration::from_millis(300);
    // Silence may fall before the server's answer to IDLE has come through.
    world.pace.patience = Duration::from_secs(2);
    let (stop, watching) = world.watch();
    world.store.until("up to date", |kept| kept.mails.len() == 9).await;
    let waiting = async {
        while world.server.count("IDLE") == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("an IDLE");
    proxy.fall_silent();
    world.server.change("INBOX", |inbox| inbox.put(10));
    world.store.until("new mail", |kept| kept.mails.len() == 10).await;
    assert!(proxy.passed().connections > 1, "by another connection");
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    world.holds_all();
}

/// What of a conversation of three lines gets through.
#[tokio::test]
async fn the_proxy_does_what_it_is_told() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let server = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut asked = [0; 4];
            if client.read_exact(&mut asked).await.is_ok() {
                let _ = client.write_all(b"one\r\ntwo\r\nend\r\n").await;
            }
        }
    });
    let proxy = Proxy::before(server);
    let at = Fault::At;
    let expect: BTreeMap<&str, (Fault, &[u8])> = BTreeMap::from([
        ("drip", (Fault::Drip, &b"one\r\ntwo\r\nend\r\n"[..])),
        (
            "stall",
            (at(Place::Down(3), Harm::Stall(Duration::from_millis(5))), b"one\r\ntwo\r\nend\r\n"),
        ),
        ("cut", (at(Place::Down(7), Harm::End), b"one\r\ntw")),
        ("line", (at(Place::Line(2), Harm::End), b"one\r\ntwo\r\n")),
        ("unasked", (at(Place::Up(2), Harm::End), b"")),
        ("greeting", (at(Place::Down(0), Harm::End), b"")),
    ]);
    for (name, (fault, expect)) in expect {
        proxy.harm([fault]);
        let mut client = tokio::net::TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        client.write_all(b"ask\n").await.unwrap();
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, expect, "{name}");
    }
    proxy.harm([at(Place::Down(5), Harm::Reset), at(Place::Down(5), Harm::Silence)]);
    let talk = async || {
        let mut client = tokio::net::TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        client.write_all(b"ask\n").await.unwrap();
        let mut got = Vec::new();
        let outcome = client.read_to_end(&mut got).await;
        outcome.map_err(|error| error.kind())
    };
    assert_eq!(talk().await, Err(std::io::ErrorKind::ConnectionReset));
    let silent = tokio::time::timeout(Duration::from_millis(200), talk()).await;
    assert!(silent.is_err(), "silence has no end");
    assert_eq!(talk().await, Ok(15), "later connections pass");
}
