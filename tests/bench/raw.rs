//! The ceiling: a socket reader that says to the server what `requite sync` said, and throws away
//! what it hears without looking at it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::support::dovecot::{PASSWORD, USER};
use super::support::imap::tcp;

/// Asked for where no conversation was recorded: what measuring needs of a message.
const FETCH: &str = "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS \
    (DATE FROM SENDER REPLY-TO TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES RECEIVED \
    RETURN-PATH CONTENT-TYPE AUTO-SUBMITTED PRECEDENCE LIST-ID LIST-POST LIST-UNSUBSCRIBE \
    FEEDBACK-ID AUTHENTICATION-RESULTS X-AUTO-RESPONSE-SUPPRESS X-FAILED-RECIPIENTS)])";

/// What is said on one connection after the login: folders opened and mail fetched, in order.
pub type Conversation = Vec<String>;

/// One reading of the whole mailbox.
pub struct Reading {
    pub took: Duration,
    pub bytes: usize,
}

pub fn fallback() -> Vec<Conversation> {
    let folder = |name| [format!("EXAMINE {name}"), FETCH.to_owned()];
    vec![["INBOX", "Sent"].into_iter().flat_map(folder).collect()]
}

/// The parts of a recorded conversation that bring mail, without its tags.
pub fn fetches(spoken: &str) -> Option<Conversation> {
    let wanted = ["EXAMINE ", "SELECT ", "UID FETCH "];
    let part = |line: &str| {
        let at = wanted.iter().filter_map(|word| line.find(word)).min()?;
        Some(line[at..].trim_end().to_owned())
    };
    let lines: Conversation = spoken.lines().filter_map(part).collect();
    lines.iter().any(|line| line.contains("HEADER")).then_some(lines)
}

/// All conversations at the same time, each with every command sent ahead.
pub fn read(address: SocketAddr, conversations: &[Conversation]) -> Reading {
    let begun = Instant::now();
    let bytes = std::thread::scope(|scope| {
        let readers: Vec<_> =
            conversations.iter().map(|lines| scope.spawn(|| listen(address, lines))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    Reading { took: begun.elapsed(), bytes }
}

/// Returns how many bytes came until the last command was answered.
fn listen(address: SocketAddr, lines: &[String]) -> usize {
    let mut socket = tcp(address);
    // A server that isn't logged in to keeps little of what is sent ahead.
    log_in(&mut socket);
    let mut commands = String::new();
    for line in lines {
        commands += &format!("a {line}\r\n");
    }
    commands += "last NOOP\r\n";
    let mut speaker = socket.try_clone().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || speaker.write_all(commands.as_bytes()).unwrap());
        let mut buffer = vec![0; 256 * 1024];
        let (mut bytes, mut kept) = (0, 0);
        loop {
            let size = socket.read(&mut buffer[kept..]).unwrap();
            assert!(size > 0, "the server has hung up");
            bytes += size;
            let heard = kept + size;
            // The end of the last answer is the end of everything, if perhaps in two pieces.
            let tail = heard.saturating_sub(64);
            if buffer[tail..heard].windows(8).any(|window| window == b"last OK ") {
                return bytes;
            }
            buffer.copy_within(tail..heard, 0);
            kept = heard - tail;
        }
    })
}

fn log_in(socket: &mut TcpStream) {
    socket.write_all(format!("a LOGIN \"{USER}\" \"{PASSWORD}\"\r\n").as_bytes()).unwrap();
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while !heard.windows(5).any(|window| window == b"a OK ") {
        let size = socket.read(&mut buffer).unwrap();
        assert!(size > 0, "the server has hung up");
        heard.extend_from_slice(&buffer[..size]);
    }
}
