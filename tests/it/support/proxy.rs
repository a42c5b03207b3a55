//! A TCP proxy on a loopback port that does to connections what networks do to them.
//!
//! Knows nothing of what passes but bytes and line ends. Each connection takes the next fault of
//! those that were set; once they are used up, all pass.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::dovecot::loopback;

/// What happens to one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everything the server says comes byte by byte.
    Drip,
    At(Place, Harm),
}

/// Counted from the beginning of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// So many bytes of the client have passed.
    Up(u64),
    /// So many bytes of the server have passed.
    Down(u64),
    /// So many lines of the server have passed.
    Line(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// Nothing passes for a while, and then it goes on.
    Stall(Duration),
    /// Nothing passes any more, and nobody is told: the connection is half open.
    Silence,
    /// Both sides are told that the other one has ended the connection.
    End,
    /// The same by RST, which also takes back what is under way.
    Reset,
}

/// What has passed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Passed {
    pub connections: u32,
    /// Bytes of clients.
    pub up: u64,
    /// Bytes of the server.
    pub down: u64,
    /// Lines of the server.
    pub lines: u64,
    /// Faults that met their place.
    pub struck: u32,
}

#[derive(Default)]
struct State {
    faults: VecDeque<Fault>,
    passed: Passed,
    silence: Arc<Notify>,
}

type Shared = Arc<Mutex<State>>;

pub struct Proxy {
    port: u16,
    state: Shared,
    runtime: Option<Runtime>,
}

impl Proxy {
    /// In front of what listens on this loopback port.
    pub fn before(server: u16) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = std::net::TcpListener::bind(loopback(0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Shared::default();
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, Arc::clone(&shared)));
            }
        });
        Proxy { port, state, runtime: Some(runtime) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next connections take these, in this order; any that were still waiting are dropped.
    pub fn harm(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.state).faults = faults.into_iter().collect();
    }

    /// From now on all connections pass.
    pub fn heal(&self) {
        self.harm([]);
    }

    /// All connections that are open now are half open from now on.
    pub fn fall_silent(&self) {
        lock(&self.state).silence.notify_waiters();
    }

    pub fn passed(&self) -> Passed {
        lock(&self.state).passed
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // An async test may drop it, which mustn't block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}

async fn serve(mut client: TcpStream, server: u16, state: Shared) {
    let (fault, silence) = {
        let mut state = lock(&state);
        state.passed.connections += 1;
        (state.faults.pop_front(), Arc::clone(&state.silence))
    };
    let Ok(mut server) = TcpStream::connect(loopback(server)).await else { return };
    for socket in [&client, &server] {
        socket.set_nodelay(true).unwrap();
    }
    let ended = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = Pump { down: false, fault, seen: 0, state: &state };
        let down = Pump { down: true, fault, seen: 0, state: &state };
        tokio::select! {
            harm = up.run(from_client, to_server) => harm,
            harm = down.run(from_server, to_client) => harm,
            () = silence.notified() => Ok(Harm::Silence),
        }
    };
    match ended {
        Ok(Harm::Reset) => {
            for socket in [&client, &server] {
                socket.set_zero_linger().unwrap();
            }
        }
        Ok(Harm::Silence) => pending().await,
        // Unread bytes would turn the end into a reset.
        _ => {
            drop(server);
            let _ = client.shutdown().await;
            let _ = copy(&mut client, &mut sink()).await;
        }
    }
}

/// One direction of one connection.
struct Pump<'a> {
    down: bool,
    fault: Option<Fault>,
    /// Bytes or lines, whatever the fault's place is counted in.
    seen: u64,
    state: &'a Shared,
}

impl Pump<'_> {
    /// Passes on what comes, and returns what ends it.
    async fn run(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<Harm> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let size = from.read(&mut buffer).await?;
            let mut rest = &buffer[..size];
            if rest.is_empty() {
                return Ok(Harm::End);
            }
            if let Some((cut, harm)) = self.strikes(rest) {
                self.fault = None;
                self.pass(&mut to, &rest[..cut]).await?;
                rest = &rest[cut..];
                lock(self.state).passed.struck += 1;
                match harm {
                    Harm::Stall(time) => sleep(time).await,
                    harm => return Ok(harm),
                }
            }
            self.pass(&mut to, rest).await?;
        }
    }

    async fn pass(&self, to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
        if self.down && self.fault == Some(Fault::Drip) {
            for byte in bytes.chunks(1) {
                to.write_all(byte).await?;
            }
        } else {
            to.write_all(bytes).await?;
        }
        let passed = &mut lock(self.state).passed;
        match self.down {
            true => {
                passed.down += bytes.len() as u64;
                passed.lines += lines(bytes);
            }
            false => passed.up += bytes.len() as u64,
        }
        Ok(())
    }

    /// Whether the fault's place lies in these bytes: how many of them still pass.
    fn strikes(&mut self, bytes: &[u8]) -> Option<(usize, Harm)> {
        let Some(Fault::At(place, harm)) = self.fault else { return None };
        let (here, place, size) = match place {
            Place::Up(place) => (!self.down, place, bytes.len() as u64),
            Place::Down(place) => (self.down, place, bytes.len() as u64),
            Place::Line(place) => (self.down, place, lines(bytes)),
        };
        let missing = place.saturating_sub(self.seen);
        self.seen += size;
        if !here || missing > size {
            return None;
        }
        let missing = usize::try_from(missing).unwrap();
        let cut = match self.fault {
            Some(Fault::At(Place::Line(_), _)) => {
                let pieces = bytes.split_inclusive(|byte| *byte == b'\n');
                pieces.take(missing).map(<[u8]>::len).sum()
            }
            _ => missing,
        };
        Some((cut, harm))
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
