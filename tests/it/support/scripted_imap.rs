//! An IMAP server in memory that keeps to the book, but for what a test's script makes it do.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

#[derive(Clone)]
pub struct Message {
    pub flags: String,
    /// `None`: the server has lost the date.
    pub date: Option<String>,
    /// `None`: the server has lost the header.
    pub header: Option<String>,
    pub text: String,
}

#[derive(Clone)]
pub struct Mailbox {
    /// Attributes and name as LIST shows them.
    pub attributes: String,
    pub uidvalidity: u32,
    pub uidnext: u32,
    pub messages: BTreeMap<u32, Message>,
    /// UIDs that are counted, and neither found nor fetched.
    pub hidden: Vec<u32>,
}

impl Mailbox {
    /// With a message for each of these UIDs.
    pub fn of(uids: impl IntoIterator<Item = u32>) -> Self {
        let mut mailbox = Mailbox {
            attributes: String::new(),
            uidvalidity: 1000,
            uidnext: 1,
            messages: BTreeMap::new(),
            hidden: Vec::new(),
        };
        for uid in uids {
            mailbox.put(uid);
        }
        mailbox
    }

    pub fn put(&mut self, uid: u32) {
        let header = format!("Message-ID: <{uid}@example.org>\r\nSubject: number {uid}\r\n\r\n");
        let date = Some(" 1-Nov-2026 09:30:00 +0000".to_owned());
        let text = format!("This is number {uid}.\r\n");
        let message = Message { flags: String::new(), date, header: Some(header), text };
        self.messages.insert(uid, message);
        self.uidnext = self.uidnext.max(uid + 1);
    }
}

/// What happens to one command.
pub enum Turn {
    AsUsual,
    /// These bytes in place of the reply; `{tag}` stands for the tag.
    Say(String),
    /// The usual reply, but only so many bytes of it; then the connection is closed.
    CutAt(usize),
    /// The usual reply, changed.
    Change(fn(String) -> String),
    /// The usual reply, and beside it that this message has just gone.
    TellGone(u32),
    /// These bytes, then the connection is closed.
    SayAndClose(String),
    /// IDLE as usual, but that this is told at once and every 20 ms; by the number of the time.
    Babble(fn(usize) -> String),
}

/// One command as the script sees it.
pub struct Call<'a> {
    /// Without its tag.
    pub command: &'a str,
    /// How often this kind of command came before, on any connection.
    pub earlier: usize,
}

impl Call<'_> {
    pub fn is(&self, verb: &str) -> bool {
        self.command.starts_with(verb)
    }
}

pub type Script = Box<dyn Fn(&Call<'_>) -> Turn + Send + Sync>;

pub struct House {
    pub mailboxes: BTreeMap<String, Mailbox>,
    pub greeting: String,
    /// Before and after STARTTLS or where there is no TLS.
    pub capabilities: [String; 2],
    pub password: String,
    pub script: Script,
    /// Every line that came, passwords included.
    pub lines: Vec<String>,
    pub logins: usize,
    pub connections: usize,
    /// The reply to STARTTLS, with all that is sent along before the handshake.
    pub starttls: String,
    pub most_connections: usize,
    /// A connection goes on showing what there was when it logged in.
    pub stale: bool,
    open: usize,
}

#[derive(Clone)]
pub struct Server {
    house: Arc<Mutex<House>>,
    changes: Arc<watch::Sender<u32>>,
    pub port: u16,
    tls: Option<TlsAcceptor>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Server {
    pub async fn start(mailboxes: &[(&str, Mailbox)], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let capabilities = "IMAP4rev1 IDLE";
        let first = if tls.is_some() { "IMAP4rev1 STARTTLS LOGINDISABLED" } else { capabilities };
        let house = House {
            mailboxes: mailboxes
                .iter()
                .map(|(name, mailbox)| ((*name).to_owned(), mailbox.clone()))
                .collect(),
            greeting: "* OK ready\r\n".to_owned(),
            capabilities: [first.to_owned(), capabilities.to_owned()],
            password: "s3cret".to_owned(),
            script: Box::new(|_| Turn::AsUsual),
            lines: Vec::new(),
            logins: 0,
            connections: 0,
            starttls: "{tag} OK begin\r\n".to_owned(),
            most_connections: usize::MAX,
            stale: false,
            open: 0,
        };
        let server = Server {
            house: Arc::new(Mutex::new(house)),
            changes: Arc::new(watch::channel(0).0),
            port: listener.local_addr().unwrap().port(),
            tls,
        };
        tokio::spawn(server.clone().serve(listener));
        server
    }

    pub fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap()
    }

    /// What the server does from now on.
    pub fn script(&self, script: impl Fn(&Call<'_>) -> Turn + Send + Sync + 'static) {
        self.house().script = Box::new(script);
    }

    /// Changes a mailbox and tells whoever idles.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Mailbox)) {
        change(self.house().mailboxes.get_mut(name).unwrap());
        self.changes.send_modify(|version| *version += 1);
    }

    /// How many of these commands came.
    pub fn count(&self, verb: &str) -> usize {
        let of = |line: &&String| line.split_once(' ').is_some_and(|(_, it)| it.starts_with(verb));
        self.house().lines.iter().filter(of).count()
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((tcp, _)) = listener.accept().await {
            self.house().connections += 1;
            self.house().open += 1;
            let server = self.clone();
            tokio::spawn(async move {
                let _ = server.converse(tcp).await;
                server.house().open -= 1;
            });
        }
    }

    async fn converse(&self, tcp: TcpStream) -> io::Result<()> {
        tcp.set_nodelay(true)?;
        let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(tcp));
        let greeting = self.house().greeting.clone();
        stream.write_all(greeting.as_bytes()).await?;
        let mut visit = Visit {
            server: self,
            safe: self.tls.is_none(),
            open: None,
            told: 0,
            notified: None,
            remembered: None,
            babbled: 0,
        };
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            self.house().lines.push(line.to_owned());
            let Some((tag, command)) = line.split_once(' ') else { continue };
            if command == "STARTTLS" {
                let reply = self.house().starttls.replace("{tag}", tag);
                stream.write_all(reply.as_bytes()).await?;
                if !reply.starts_with(&format!("{tag} OK")) {
                    continue;
                }
                let acceptor = self.tls.clone().unwrap();
                stream = BufReader::new(Box::new(acceptor.accept(stream.into_inner()).await?));
                visit.safe = true;
                continue;
            }
            let (reply, close) = match self.turn(command) {
                Turn::Say(text) => (text.replace("{tag}", tag), false),
                Turn::SayAndClose(text) => (text.replace("{tag}", tag), true),
                Turn::AsUsual if command == "IDLE" => {
                    visit.idle(tag, None, &mut stream).await?;
                    continue;
                }
                Turn::Babble(babble) => {
                    visit.idle(tag, Some(babble), &mut stream).await?;
                    continue;
                }
                Turn::AsUsual => (visit.reply(tag, command), false),
                Turn::Change(change) => (change(visit.reply(tag, command)), false),
                Turn::TellGone(uid) => (visit.lose(uid) + &visit.reply(tag, command), false),
                Turn::CutAt(length) => {
                    let reply = visit.reply(tag, command);
                    (reply[..length.min(reply.len())].to_owned(), true)
                }
            };
            stream.write_all(reply.as_bytes()).await?;
            stream.flush().await?;
            if close {
                return stream.shutdown().await;
            }
        }
    }

    fn turn(&self, command: &str) -> Turn {
        let verb: String = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let verb = if command.starts_with("UID ") { verb } else { first(command).to_owned() };
        let earlier = self.count(&verb) - 1;
        (self.house().script)(&Call { command, earlier })
    }
}

fn first(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// One connection.
struct Visit<'a> {
    server: &'a Server,
    safe: bool,
    open: Option<String>,
    /// The number of messages that the client knows of.
    told: usize,
    /// The same of every folder, once it asked to be told (RFC 5465).
    notified: Option<BTreeMap<String, usize>>,
    /// What there was at the login, where nothing newer is shown.
    remembered: Option<BTreeMap<String, Mailbox>>,
    babbled: usize,
}

impl Visit<'_> {
    fn shown(&self, house: &House, name: &str) -> Mailbox {
        self.remembered.as_ref().unwrap_or(&house.mailboxes)[name].clone()
    }

    /// Takes a message out of the open folder; how that is told (RFC 3501 §7.4.1).
    fn lose(&mut self, uid: u32) -> String {
        let mut house = self.server.house();
        let open = self.open.as_ref().and_then(|name| house.mailboxes.get_mut(name)).unwrap();
        let number = open.messages.keys().filter(|it| **it <= uid).count();
        open.messages.remove(&uid).unwrap();
        self.told -= 1;
        format!("* {number} EXPUNGE\r\n")
    }

    fn reply(&mut self, tag: &str, command: &str) -> String {
        let mut house = self.server.house();
        let done = format!("{tag} OK done\r\n");
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "CAPABILITY" => {
                let capabilities = &house.capabilities[usize::from(self.safe)];
                format!("* CAPABILITY {capabilities}\r\n{done}")
            }
            "LOGIN" => {
                house.logins += 1;
                if house.open > house.most_connections {
                    format!("{tag} NO [LIMIT] too many connections\r\n")
                } else if rest == format!("\"ada\" \"{}\"", house.password) {
                    self.remembered = house.stale.then(|| house.mailboxes.clone());
                    done
                } else {
                    format!("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n")
                }
            }
            "LIST" => {
                let lines = house.mailboxes.iter().map(|(name, mailbox)| {
                    format!("* LIST ({}) \"/\" \"{name}\"\r\n", mailbox.attributes)
                });
                lines.collect::<String>() + &done
            }
            "STATUS" => {
                let name = rest.split('"').nth(1).unwrap_or_default();
                let mailbox = self.shown(&house, name);
                let (next, validity) = (mailbox.uidnext, mailbox.uidvalidity);
                let count = mailbox.messages.len();
                format!(
                    "* STATUS \"{name}\" (MESSAGES {count} UIDNEXT {next} UIDVALIDITY {validity})\r\n{done}"
                )
            }
            "EXAMINE" => {
                let name = rest.trim_matches('"').to_owned();
                let mailbox = self.shown(&house, &name);
                let (next, validity) = (mailbox.uidnext, mailbox.uidvalidity);
                let count = mailbox.messages.len();
                (self.open, self.told) = (Some(name), count);
                format!(
                    "* {count} EXISTS\r\n* OK [UIDVALIDITY {validity}] yes\r\n\
                     * OK [UIDNEXT {next}] yes\r\n{tag} OK [READ-ONLY] done\r\n"
                )
            }
            "NOTIFY" => {
                self.notified = Some(counts(&house));
                done
            }
            "UID" => self.messages(&house, rest) + &done,
            "FETCH" => {
                let mailbox = self.shown(&house, self.open.as_deref().unwrap());
                let mut lines = String::new();
                for (at, uid) in mailbox.messages.keys().enumerate() {
                    if at == 0 || at + 1 == mailbox.messages.len() {
                        lines += &format!("* {} FETCH (UID {uid})\r\n", at + 1);
                    }
                }
                lines + &done
            }
            "LOGOUT" => format!("* BYE see you\r\n{done}"),
            // SELECT, STORE and EXPUNGE are not for one who only reads.
            _ => format!("{tag} BAD never heard of {verb}\r\n"),
        }
    }

    /// UID SEARCH UID set, UID FETCH set (items).
    fn messages(&self, house: &House, command: &str) -> String {
        let mailbox = self.shown(house, self.open.as_deref().unwrap());
        let words: Vec<&str> = command.splitn(3, ' ').collect();
        let set = if words[0] == "SEARCH" { words[2] } else { words[1] };
        let asked = |uid: u32| {
            set.split(',').any(|run| {
                let (first, last) = run.split_once(':').unwrap_or((run, run));
                (first.parse().unwrap()..=last.parse().unwrap()).contains(&uid)
            }) && !mailbox.hidden.contains(&uid)
        };
        let found = mailbox.messages.iter().enumerate().filter(|(_, (uid, _))| asked(**uid));
        if words[0] == "SEARCH" {
            let uids: String = found.map(|(_, (uid, _))| format!(" {uid}")).collect();
            return format!("* SEARCH{uids}\r\n");
        }
        found.map(|(at, (uid, message))| fetched(at + 1, *uid, message, words[2])).collect()
    }

    async fn idle(
        &mut self,
        tag: &str,
        babble: Option<fn(usize) -> String>,
        stream: &mut BufReader<Box<dyn Stream>>,
    ) -> io::Result<()> {
        let mut babbling = tokio::time::interval(Duration::from_millis(20));
        let mut changes = self.server.changes.subscribe();
        stream.write_all(b"+ idling\r\n").await?;
        let mut line = String::new();
        loop {
            let open = self.open.clone().unwrap();
            let count = self.shown(&self.server.house(), &open).messages.len();
            if count != self.told {
                self.told = count;
                stream.write_all(format!("* {count} EXISTS\r\n").as_bytes()).await?;
            }
            let counts = counts(&self.server.house());
            if let Some(before) = self.notified.take() {
                self.notified = Some(counts.clone());
                for (name, count) in counts.iter().filter(|(name, _)| **name != open) {
                    if before.get(name) != Some(count) {
                        let line = format!("* STATUS \"{name}\" (MESSAGES {count})\r\n");
                        stream.write_all(line.as_bytes()).await?;
                    }
                }
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = babbling.tick(), if babble.is_some() => {
                    self.babbled += 1;
                    let said = babble.map(|babble| babble(self.babbled)).unwrap_or_default();
                    stream.write_all(said.as_bytes()).await?;
                }
                read = stream.read_line(&mut line) => {
                    read?;
                    self.server.house().lines.push(line.trim_end().to_owned());
                    return stream.write_all(format!("{tag} OK idled\r\n").as_bytes()).await;
                }
            }
        }
    }
}

fn counts(house: &House) -> BTreeMap<String, usize> {
    house.mailboxes.iter().map(|(name, it)| (name.clone(), it.messages.len())).collect()
}

fn fetched(number: usize, uid: u32, message: &Message, items: &str) -> String {
    let mut parts = vec![format!("UID {uid}"), format!("FLAGS ({})", message.flags)];
    if items.contains("INTERNALDATE") {
        let date = message.date.as_ref().map_or("NIL".to_owned(), |date| format!("\"{date}\""));
        parts.push(format!("INTERNALDATE {date}"));
    }
    if let Some((_, section)) = items.split_once("BODY.PEEK") {
        let section = section.trim_end_matches(')');
        let closed =
            if section.contains('(') { "BODY[HEADER.FIELDS (DATE)]" } else { "BODY[HEADER]<0>" };
        parts.push(match &message.header {
            None => format!("{closed} NIL"),
            Some(header) => {
                let most = if section.contains("<0.") { 262_144 } else { usize::MAX };
                let part = &header[..header.len().min(most)];
                format!("{closed} {{{}}}\r\n{part}", part.len())
            }
        });
    }
    if items.contains("BODY.PEEK[TEXT]<0.4096>") {
        let part = &message.text[..message.text.len().min(4096)];
        parts.push(format!("BODY[TEXT]<0> {{{}}}\r\n{part}", part.len()));
    }
    format!("* {number} FETCH ({})\r\n", parts.join(" "))
}
