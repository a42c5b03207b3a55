//! The smallest IMAP client that can look at a server: line by line, understanding only tags and
//! literals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use rustix::net::{self, AddressFamily, SocketType};

use super::PATIENCE;

pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A connection whose greeting has been read. Any failure is a panic.
pub struct Client {
    stream: BufReader<Box<dyn Stream>>,
    tag: u32,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        Client::over(tcp(address))
    }

    /// From another address than others on this machine have: servers count by address.
    pub fn connect_from_elsewhere(address: SocketAddr) -> Self {
        let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        net::bind(&socket, &SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
        net::connect(&socket, &address).unwrap();
        Client::over(patient(TcpStream::from(socket)))
    }

    pub fn over(stream: impl Stream + 'static) -> Self {
        let mut client = Client::greeted(stream);
        let greeting = client.line();
        assert!(greeting.starts_with("* OK"), "no greeting: {greeting}");
        client
    }

    /// After STARTTLS there is no second greeting.
    pub fn greeted(stream: impl Stream + 'static) -> Self {
        Client { stream: BufReader::new(Box::new(stream)), tag: 0 }
    }

    /// Everything untagged that answers the command, literals included. Panics unless it ends
    /// with OK.
    #[track_caller]
    pub fn command(&mut self, command: &str) -> String {
        self.attempt(command).unwrap_or_else(|refusal| panic!("{command}: {refusal}"))
    }

    /// The same, but a tagged NO or BAD is an answer as well.
    pub fn attempt(&mut self, command: &str) -> Result<String, String> {
        let tag = self.begin(command);
        self.outcome(&tag)
    }

    /// Puts a mail that has been read into a folder.
    #[track_caller]
    pub fn append(&mut self, folder: &str, mail: &[u8]) {
        self.append_flagged(folder, "\\Seen", mail);
    }

    /// The same with these flags.
    #[track_caller]
    pub fn append_flagged(&mut self, folder: &str, flags: &str, mail: &[u8]) {
        let tag = self.begin(&format!("APPEND \"{folder}\" ({flags}) {{{}}}", mail.len()));
        let invitation = self.line();
        assert!(invitation.starts_with('+'), "{folder}: {invitation}");
        self.stream.get_mut().write_all(mail).unwrap();
        self.say("");
        self.outcome(&tag).unwrap_or_else(|refusal| panic!("{folder}: {refusal}"));
    }

    fn begin(&mut self, command: &str) -> String {
        self.tag += 1;
        let tag = format!("t{} ", self.tag);
        self.say(&format!("{tag}{command}"));
        tag
    }

    fn outcome(&mut self, tag: &str) -> Result<String, String> {
        let mut answer = String::new();
        loop {
            let line = self.line();
            match line.strip_prefix(tag) {
                Some(end) if end.starts_with("OK") => return Ok(answer),
                Some(end) => return Err(end.to_owned()),
                None => answer += &line,
            }
        }
    }

    /// Sends a line and waits for nothing.
    pub fn say(&mut self, line: &str) {
        write!(self.stream.get_mut(), "{line}\r\n").unwrap();
    }

    /// Waits for the server's next line.
    pub fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).unwrap();
        assert!(!line.is_empty(), "the server has hung up");
        let mut text = String::from_utf8_lossy(&line).into_owned();
        if let Some(size) = literal_size(&text) {
            let mut literal = vec![0; size];
            self.stream.read_exact(&mut literal).unwrap();
            text += &String::from_utf8_lossy(&literal);
            text += &self.line();
        }
        text
    }
}

/// A socket that gives up in the end.
pub fn tcp(address: SocketAddr) -> TcpStream {
    patient(TcpStream::connect(address).unwrap())
}

fn patient(socket: TcpStream) -> TcpStream {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// `{n}` at the end of a line announces n bytes (RFC 3501 §4.3).
pub fn literal_size(line: &str) -> Option<usize> {
    let (_, size) = line.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    size.parse().ok()
}
