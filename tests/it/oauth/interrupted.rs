//! Who is interrupted while a provider is asked ends once the answer is kept, and not before.

use std::os::unix::process::ExitStatusExt as _;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::Lines;
use tokio::process::{Child, ChildStderr};

use super::*;

struct Interrupted {
    process: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Interrupted {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command = Command::from(world.command(arguments));
        let mut process = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        Interrupted { process, lines }
    }

    async fn line(&mut self, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.lines.next_line().await.unwrap().expect("it was never said");
            if is_it(&line) {
                return line;
            }
        }
    }

    /// Sends the signal, and waits until it waits.
    async fn interrupt(&mut self, signal: Signal) {
        let process = self.process.id().and_then(|id| Pid::from_raw(id as i32)).unwrap();
        kill_process(process, signal).unwrap();
        self.line(|line| line.contains("waiting for an answer to a token request")).await;
    }

    async fn ended_by(&mut self) -> Option<i32> {
        self.process.wait().await.unwrap().signal()
    }
}

#[tokio::test]
async fn a_pass_keeps_the_refresh_token_that_was_rotated() {
    let provider = Provider::start(&[(200, ROTATED)]).await;
    let (world, kept) = with_token(&provider);
    let held = provider.gate.lock().await;
    let mut pass = Interrupted::start(&world, &["-v", "sync"]);
    until(|| provider.asked().len() == 1).await;
    pass.interrupt(Signal::INT).await;
    drop(held);
    assert_eq!(pass.ended_by().await, Some(Signal::INT.as_raw()));
    assert!(text_of(&kept).contains("r2"));
}

#[tokio::test]
async fn a_sign_in_is_kept_that_was_granted() {
    let provider = Provider::start(&[(200, GIVEN)]).await;
    let world = world(&provider);
    let held = provider.gate.lock().await;
    let mut login = Interrupted::start(&world, &["-v", "auth", "login", "work"]);
    let page = login.line(|line| line.starts_with("http")).await;
    let query = page.split_once('?').unwrap().1.to_owned();
    let (back, state) = (value(&query, "redirect_uri"), value(&query, "state"));
    get(&format!("{back}?code=c0de&state={state}")).await;
    until(|| provider.asked().len() == 1).await;
    login.interrupt(Signal::TERM).await;
    drop(held);
    assert_eq!(login.ended_by().await, Some(Signal::TERM.as_raw()));
    assert!(text_of(&world.home().join("data/auth/work.json")).contains("r1"));
}

#[tokio::test]
async fn between_two_questions_nothing_is_waited_for() {
    let codes = r#"{"device_code":"d","user_code":"AB-CD","expires_in":600,"interval":600,
        "verification_uri":"https://example.com/device"}"#;
    let pending = r#"{"error":"authorization_pending"}"#;
    let provider = Provider::start(&[(200, codes), (400, pending)]).await;
    let world = world(&provider);
    let mut login = Interrupted::start(&world, &["auth", "login", "work", "--device"]);
    login.line(|line| line.contains("enter AB-CD")).await;
    until(|| provider.asked().len() == 2).await;
    let process = login.process.id().and_then(|id| Pid::from_raw(id as i32)).unwrap();
    kill_process(process, Signal::INT).unwrap();
    let end = tokio::time::timeout(SOON, login.ended_by()).await;
    assert_eq!(end.expect("at once"), Some(Signal::INT.as_raw()));
}
