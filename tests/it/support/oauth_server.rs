//! oauth2-mock-server: a real provider's pages on loopback, which signs everybody in.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use super::dovecot::{free_ports, loopback};
use super::{PATIENCE, eventually, peers};

/// Whom its tokens are of.
pub const USER: &str = "johndoe";

pub struct OAuthServer {
    process: Child,
    port: u16,
}

impl OAuthServer {
    /// `None` where it isn't installed.
    pub fn start() -> Option<Self> {
        let program = peers::optional("oauth2-mock-server")?;
        let [port] = free_ports();
        let process = Command::new(program)
            .args(["-a", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = OAuthServer { process, port };
        eventually(PATIENCE, "the provider listens", || TcpStream::connect(loopback(port)).ok());
        Some(server)
    }

    pub fn page(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for OAuthServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
